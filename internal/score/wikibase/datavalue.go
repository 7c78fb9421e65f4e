package wikibase

// datavalue is what a snak says (mwbase/datavalue.py): a class and the fields
// that the class takes of the JSON.
type datavalue struct {
	class  *class // nil for none, and for what mwbase does not know, as text in a language
	fields []value
}

// class is a type of values.
type class struct {
	name   string   // in JSON
	fields []string // as mwbase names them, in its order
}

var (
	classEntity     = &class{"wikibase-entityid", []string{"entity-type", "numeric-id", "id"}}
	classCoordinate = &class{"globecoordinate", []string{"latitude", "longitude", "altitude", "precision", "globe"}}
	classTime       = &class{"time", []string{"timestamp", "precision", "before", "after", "timezone", "calendarmodel"}}
	classQuantity   = &class{"quantity", []string{"value", "upper", "lower", "unit"}} // written by quantityJSON
	classString     = &class{"string", []string{"value"}}
)

// datavalue is normalize of mwbase/datavalue.py.
func (r *reader) datavalue(n node) (datavalue, error) {
	n, err := n.decoded()
	if err != nil {
		return datavalue{}, err
	}
	kind, err := n.index("type")
	if err != nil {
		return datavalue{}, err
	}
	var read func(node) (*class, []value, error)
	switch {
	case kind.is(classEntity.name):
		read = r.entity
	case kind.is(classCoordinate.name):
		read = r.coordinate
	case kind.is(classTime.name):
		read = r.time
	case kind.is(classQuantity.name):
		read = r.quantity
	case kind.is(classString.name):
		read = r.string
	default:
		return datavalue{}, nil
	}
	inner, err := n.index("value")
	if err != nil {
		return datavalue{}, err
	}
	c, fields, err := read(inner)
	return datavalue{c, fields}, err
}

// take sets fields from those of an object that must have them.
func take(from node, fields []value, names ...string) error {
	for i, name := range names {
		found, err := from.index(name)
		if err != nil {
			return err
		}
		fields[i] = found.value()
	}
	return nil
}

func (r *reader) entity(n node) (*class, []value, error) {
	fields := r.values(3)
	if err := take(n, fields, "entity-type"); err != nil {
		return nil, nil, err
	}
	fields[1] = n.orNull("numeric-id")
	letter := ""
	if id, ok := n.get("id"); ok {
		fields[2] = id.value()
	} else if fields[0].is("item") {
		letter = "Q"
	} else if fields[0].is("property") {
		letter = "P"
	}
	if letter != "" {
		number, err := n.index("numeric-id")
		if err != nil {
			return nil, nil, err
		}
		fields[2] = value{kindString, string(number.value().str([]byte(letter)))}
	}
	return classEntity, fields, nil
}

func (r *reader) coordinate(n node) (*class, []value, error) {
	fields := r.values(5)
	return classCoordinate, fields, take(n, fields, classCoordinate.fields...)
}

func (r *reader) time(n node) (*class, []value, error) {
	fields := r.values(6)
	if err := take(n, fields, "time"); err != nil {
		return nil, nil, err
	}
	fields[1] = n.orNull("precision")
	return classTime, fields, take(n, fields[2:], classTime.fields[2:]...)
}

// quantity is an amount and, often, between which bounds it is.
func (r *reader) quantity(n node) (*class, []value, error) {
	fields := r.values(4)
	numbers := fields[:1]
	if err := n.dict(); err != nil {
		return nil, nil, err
	}
	if _, ok := n.get("upperBound"); ok {
		numbers = fields[:3]
	}
	if err := take(n, numbers, []string{"amount", "upperBound", "lowerBound"}[:len(numbers)]...); err != nil {
		return nil, nil, err
	}
	for i, v := range numbers {
		d, err := parseDecimal(string(v.str(nil)))
		if err != nil {
			return nil, nil, err
		}
		numbers[i] = value{kindDecimal, d.String()}
	}
	return classQuantity, fields, take(n, fields[3:], "unit")
}

func (r *reader) string(n node) (*class, []value, error) {
	fields := r.values(1)
	if fields[0] = n.value(); fields[0].kind != kindString {
		fields[0] = value{kindString, string(fields[0].str(nil))}
	}
	return classString, fields, nil
}

// str appends str() of the value.
func (d datavalue) str(dst []byte) []byte {
	f := d.fields
	switch d.class {
	case classEntity:
		return f[2].str(dst)
	case classCoordinate:
		dst = append(f[0].str(dst), " x "...)
		dst = append(f[1].str(dst), " x "...)
		dst = append(f[2].str(dst), " @ "...)
		return f[4].str(dst)
	case classTime:
		return f[0].str(dst)
	case classQuantity:
		dst = append(f[0].str(dst), ' ')
		if f[1].kind == kindDecimal {
			dst = append(f[1].str(append(dst, '(')), '-')
			dst = append(f[2].str(dst), ") "...)
		}
		return f[3].str(dst)
	case classString:
		return f[0].repr(dst)
	}
	return append(dst, "None"...)
}

// json appends json.dumps() of the value.
func (d datavalue) json(dst []byte) []byte {
	if d.class == nil {
		return append(dst, "null"...)
	}
	dst = appendJSONString(append(dst, `{"type": `...), d.class.name)
	if d.class == classQuantity {
		return quantityJSON(dst, d.fields)
	}
	for i, name := range d.class.fields {
		dst = d.fields[i].json(appendName(dst, name))
	}
	return append(dst, '}')
}

func quantityJSON(dst []byte, f []value) []byte {
	dst = f[0].json(appendName(dst, "value"))
	dst = f[3].json(appendName(dst, "unit"))
	dst = appendName(dst, "range")
	if f[1].kind != kindDecimal {
		return append(dst, "null}"...)
	}
	dst = f[1].json(append(dst, `{"upper": `...))
	return append(f[2].json(appendName(dst, "lower")), "}}"...)
}

// appendName writes the name of a field that is not the first.
func appendName(dst []byte, name string) []byte {
	return append(append(append(dst, `, "`...), name...), `": `...)
}

// key appends what equal values have in common.
func (d datavalue) key(dst []byte) []byte {
	if d.class == nil {
		return append(dst, '-')
	}
	dst = append(dst, d.class.name...)
	for _, field := range d.fields {
		dst = field.key(dst)
	}
	return dst
}
