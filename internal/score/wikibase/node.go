package wikibase

import (
	"fmt"
	"slices"
)

// node is a value in a document, used as mwbase uses the Python object.
type node struct {
	*document
	at uint32
}

func (d *document) root() node { return node{d, 0} }

func (n node) token() token { return n.tokens[n.at] }
func (n node) kind() kind   { return n.token().kind }

// json returns the value as it is written; of a string, what stands between the
// quotes.
func (n node) json() string {
	t := n.token()
	return n.source[t.from:t.to]
}

// text returns what a string stands for.
func (n node) text() string {
	if n.token().escaped {
		return unescape(n.json())
	}
	return n.json()
}

// is reports whether the value is the string s.
func (n node) is(s string) bool {
	if n.kind() != kindString {
		return false
	}
	return n.json() == s && !n.token().escaped || n.token().escaped && n.text() == s
}

// truth is what bool() says of it. No number in the place of an object passes for
// none but the zeros.
func (n node) truth() bool {
	switch t := n.token(); t.kind {
	case kindNull, kindFalse:
		return false
	case kindInt, kindFloat:
		return toFloat(n.json()) != 0
	case kindString:
		return t.from < t.to
	case kindList, kindDict:
		return t.next > n.at+1
	}
	return true
}

// typeError is a value that lacks what is asked of it: a TypeError or an
// AttributeError.
func (n node) typeError(wanted string) error {
	return fmt.Errorf("offset %d: %s, not %s", n.token().from, n.kind(), wanted)
}

func (k kind) String() string {
	return [...]string{"null", "a bool", "a bool", "an int", "a float", "a string", "an array", "an object", "a decimal"}[k]
}

// dict returns an error unless n is an object.
func (n node) dict() error {
	if n.kind() != kindDict {
		return n.typeError("an object")
	}
	return nil
}

// get returns a field of an object: the last of the name.
func (n node) get(name string) (found node, ok bool) {
	end := n.token().next
	for at := n.at + 1; at < end; {
		key := node{n.document, at}
		if key.is(name) {
			found, ok = node{n.document, at + 1}, true
		}
		at = n.tokens[at+1].next
	}
	return found, ok
}

// index is n[name]: an error if n is no object or has no such field.
func (n node) index(name string) (node, error) {
	if err := n.dict(); err != nil {
		return node{}, err
	}
	found, ok := n.get(name)
	if !ok {
		return node{}, fmt.Errorf("offset %d: no field %q", n.token().from, name) // KeyError
	}
	return found, nil
}

// field is a field of an object.
type field struct {
	name  string
	key   node
	value node
}

// fields returns an object's fields, each name once: where it was first, with its
// last value.
func (n node) fields() []field {
	end, count := n.token().next, 0
	for at := n.at + 1; at < end; at = n.tokens[at+1].next {
		count++
	}
	list := make([]field, 0, count)
	known := places{expected: count}
	for at := n.at + 1; at < end; at = n.tokens[at+1].next {
		f := field{key: node{n.document, at}, value: node{n.document, at + 1}}
		f.name = f.key.text()
		if i, ok := known.find(f.name); ok {
			list[i].value = f.value
		} else {
			list = append(list, f)
		}
	}
	return list
}

// places numbers names in the order in which they come up. The first few are
// compared with each other, more are hashed: most objects have few fields.
type places struct {
	expected int
	count    int
	first    [few]string
	index    map[string]int
}

const few = 8

// find returns the number of a name, which it gives it unless it has one.
func (p *places) find(name string) (i int, known bool) {
	if p.index != nil {
		i, known = p.index[name]
	} else {
		i = slices.Index(p.first[:p.count], name)
		known = i >= 0
	}
	if known {
		return i, true
	}
	i = p.count
	p.count++
	switch {
	case i < few:
		p.first[i] = name
		return i, false
	case i == few:
		p.index = make(map[string]int, max(p.expected, 2*few))
		for j, earlier := range p.first {
			p.index[earlier] = j
		}
	}
	p.index[name] = i
	return i, false
}

// each calls yield with what a for loop in Python gives: the items of an array,
// the names of an object's fields. The characters of a string are of no use to
// any caller, so only an empty string is accepted.
func (n node) each(yield func(node) error) error {
	switch t := n.token(); {
	case t.kind == kindList:
		for at := n.at + 1; at < t.next; at = n.tokens[at].next {
			if err := yield(node{n.document, at}); err != nil {
				return err
			}
		}
		return nil
	case t.kind == kindDict:
		for _, f := range n.fields() {
			if err := yield(f.key); err != nil {
				return err
			}
		}
		return nil
	case t.kind == kindString && t.from == t.to:
		return nil
	}
	return n.typeError("an array")
}

// items returns how many values each yields at most.
func (n node) items() int {
	count, t := 0, n.token()
	if t.kind == kindList {
		for at := n.at + 1; at < t.next; at = n.tokens[at].next {
			count++
		}
	}
	return count
}

// decoded is mwbase/util.py, ensure_decoded_json: a string that should be an
// object is read as JSON itself.
func (n node) decoded() (node, error) {
	switch n.kind() {
	case kindDict:
		return n, nil
	case kindString:
		d, err := decode(n.text())
		if err != nil {
			return node{}, fmt.Errorf("JSON in the string at offset %d: %w", n.token().from, err)
		}
		return d.root(), d.root().dict()
	}
	return node{}, n.typeError("an object")
}
