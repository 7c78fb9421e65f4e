package gatesim

import (
	"cmp"
	"fmt"
	"math/big"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// invalidContext is EventGate's ValidationError with one error of AJV 6.
type invalidContext struct {
	Errors     []ajvError `json:"errors"`
	ErrorsText string     `json:"errorsText"`
}

type ajvError struct {
	Keyword    string `json:"keyword"`
	DataPath   string `json:"dataPath"`
	SchemaPath string `json:"schemaPath"`
	Params     any    `json:"params"`
	Message    string `json:"message"`
}

// firstError writes the error that AJV would meet first as AJV would write it.
func firstError(found *jsonschema.ValidationError) invalidContext {
	leaf := slices.MinFunc(leaves(found, nil), before)
	steps, keyword := schemaSteps(leaf)
	params, message := explain(leaf.ErrorKind)
	e := ajvError{
		Keyword: keyword, DataPath: dataPath(steps, leaf.InstanceLocation), Params: params, Message: message,
		SchemaPath: "#",
	}
	for _, step := range append(steps, keyword) {
		e.SchemaPath += "/" + strings.ReplaceAll(url.QueryEscape(step), "+", "%20")
	}
	return invalidContext{[]ajvError{e}, fmt.Sprintf("'%s' %s", e.DataPath, message)}
}

// leaves are the errors that have no causes.
func leaves(e *jsonschema.ValidationError, list []*jsonschema.ValidationError) []*jsonschema.ValidationError {
	for _, cause := range e.Causes {
		list = leaves(cause, list)
	}
	if len(e.Causes) == 0 {
		list = append(list, e)
	}
	return list
}

// before orders errors as AJV meets them: of an object first what it lacks, then
// what it has too much of, then its properties; these by name, as official
// schemas have them.
func before(a, b *jsonschema.ValidationError) int {
	return cmp.Or(slices.CompareFunc(ranked(a), ranked(b), strings.Compare), slices.Compare(a.InstanceLocation, b.InstanceLocation))
}

func ranked(e *jsonschema.ValidationError) []string {
	steps, keyword := schemaSteps(e)
	steps = append(slices.Clone(steps), keyword)
	for i, step := range steps {
		switch step {
		case "required":
			steps[i] = "\x00"
		case "additionalProperties":
			steps[i] = "\x01"
		}
	}
	return steps
}

// schemaSteps is the way through the schema to the keyword that failed.
func schemaSteps(e *jsonschema.ValidationError) (steps []string, keyword string) {
	_, fragment, _ := strings.Cut(e.SchemaURL, "#")
	if fragment, err := url.PathUnescape(fragment); err == nil && fragment != "" {
		unescape := strings.NewReplacer("~1", "/", "~0", "~")
		for _, step := range strings.Split(strings.TrimPrefix(fragment, "/"), "/") {
			steps = append(steps, unescape.Replace(step))
		}
	}
	if words := e.ErrorKind.KeywordPath(); len(words) > 0 {
		keyword = words[0]
	}
	return steps, keyword
}

var identifier = regexp.MustCompile(`^[A-Za-z_$][A-Za-z_$0-9]*$`)

// dataPath writes where in the event the error is. AJV knows the names of
// properties when it compiles and writes them as JavaScript would; those that
// additionalProperties covers it knows only at run time, and puts in brackets.
func dataPath(steps, location []string) string {
	var out strings.Builder
	for i := 0; i < len(steps) && len(location) > 0; i++ {
		name := location[0]
		switch steps[i] {
		case "properties":
			i++ // the property's name
			if identifier.MatchString(name) {
				out.WriteString("." + name)
				break
			}
			fmt.Fprintf(&out, "['%s']", name)
		case "patternProperties":
			i++ // the pattern
			fmt.Fprintf(&out, "['%s']", name)
		case "additionalProperties":
			fmt.Fprintf(&out, "['%s']", name)
		case "items":
			fmt.Fprintf(&out, "[%s]", name)
		default: // allOf, then and the like stay at the same value
			continue
		}
		location = location[1:]
	}
	return out.String()
}

type limit struct {
	Limit any `json:"limit"`
}

type comparison struct {
	Comparison string     `json:"comparison"`
	Limit      jsonNumber `json:"limit"`
	Exclusive  bool       `json:"exclusive"`
}

// jsonNumber writes a number of a schema as JavaScript does.
type jsonNumber float64

func (n jsonNumber) MarshalJSON() ([]byte, error) { return appendScalar(nil, float64(n)), nil }

// explain gives params and message of the keywords that official schemas use
// (ajv lib/dot/errors.def).
func explain(k jsonschema.ErrorKind) (params any, message string) {
	switch k := k.(type) {
	case *kind.Type:
		want := strings.Join(k.Want, ",")
		return map[string]string{"type": want}, "should be " + want
	case *kind.Required:
		return map[string]string{"missingProperty": k.Missing[0]}, fmt.Sprintf("should have required property '%s'", k.Missing[0])
	case *kind.AdditionalProperties:
		return map[string]string{"additionalProperty": slices.Min(k.Properties)}, "should NOT have additional properties"
	case *kind.Format:
		return map[string]string{"format": k.Want}, fmt.Sprintf("should match format %q", k.Want)
	case *kind.Pattern:
		return map[string]string{"pattern": k.Want}, fmt.Sprintf(`should match pattern "%s"`, k.Want)
	case *kind.Enum:
		return map[string]any{"allowedValues": k.Want}, "should be equal to one of the allowed values"
	case *kind.Const:
		return map[string]any{"allowedValue": k.Want}, "should be equal to constant"
	case *kind.MinLength:
		return limit{k.Want}, "should NOT be shorter than " + strconv.Itoa(k.Want) + " characters"
	case *kind.MaxLength:
		return limit{k.Want}, "should NOT be longer than " + strconv.Itoa(k.Want) + " characters"
	case *kind.Minimum:
		return compared(">=", k.Want)
	case *kind.Maximum:
		return compared("<=", k.Want)
	default:
		return struct{}{}, "is invalid"
	}
}

func compared(sign string, bound *big.Rat) (params any, message string) {
	f, _ := bound.Float64()
	return comparison{sign, jsonNumber(f), false}, fmt.Sprintf("should be %s %s", sign, appendScalar(nil, f))
}
