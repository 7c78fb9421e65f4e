package main

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// readYAML reads the one document of a file over the defaults in into. An unknown key
// is an error. Errors have line and column, but not the lines around: a password may
// be among them.
func readYAML(data []byte, into any) error {
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return inYAML(err)
	}
	var body ast.Node
	for _, doc := range file.Docs {
		switch {
		case doc.Body == nil || doc.Body.Type() == ast.NullType:
		case body != nil:
			return errors.New("there is a second document, which would be ignored; remove the line ---")
		default:
			body = doc.Body
		}
	}
	if body == nil {
		return errors.New("the file is empty")
	}
	ast.Walk(joiner{}, body)
	if err := yaml.NewDecoder(strings.NewReader(""), yaml.Strict()).DecodeFromNode(body, into); err != nil {
		if strings.HasPrefix(err.Error(), "time: ") {
			return badDuration(body, err)
		}
		return inYAML(err)
	}
	return nil
}

// badDuration gives an error of [time.ParseDuration], to which the library adds nothing,
// the place of its text: the first that has it, since the decoder goes in that order but
// for text that is no duration elsewhere.
func badDuration(body ast.Node, err error) error {
	text := err.Error()
	for _, node := range ast.Filter(ast.StringType, body) {
		value := node.(*ast.StringNode).Value
		if strings.HasSuffix(text, strconv.Quote(value)) {
			return errors.New(yaml.FormatErrorWithToken(fmt.Sprintf("is %q, must be a duration, as 5s", value), node.GetToken(), false, false))
		}
	}
	return err
}

// joiner mends what the library makes of localhost:9092 in a list within braces: a
// mapping of localhost to 9092. To YAML a colon ends a key only with white space
// behind it, or after a key in quotes; outside braces the library knows it.
type joiner struct{}

func (j joiner) Visit(node ast.Node) ast.Visitor {
	list, ok := node.(*ast.SequenceNode)
	if !ok || !list.IsFlowStyle {
		return j
	}
	for i, entry := range list.Values {
		if pair, ok := entry.(*ast.MappingNode); ok && !pair.IsFlowStyle && len(pair.Values) == 1 {
			if text, at, ok := joined(pair.Values[0]); ok {
				// In quotes: the library prints a node, and reads it again, for a type that
				// reads itself.
				list.Values[i] = ast.String(token.SingleQuote(text, text, at))
			}
		}
	}
	return j
}

// joined is the text of a key and a value with nothing but the colon between them.
func joined(pair *ast.MappingValueNode) (text string, at *token.Position, ok bool) {
	key, value := pair.Key.GetToken(), pair.Value.GetToken()
	if _, scalar := pair.Value.(ast.ScalarNode); !scalar || key.Type != token.StringType ||
		value.Indicator == token.QuotedScalarIndicator || value.Position.Offset != pair.Start.Position.Offset+1 {
		return "", nil, false
	}
	return key.Value + ":" + value.Value, key.Position, true
}

// inYAML is an error of the library in words of YAML: some of its own name types of
// Go.
func inYAML(err error) error {
	var wrong *yaml.TypeError
	if errors.As(err, &wrong) {
		text := fmt.Sprintf("is %s, must be %s", kindOf(wrong.SrcType), kindOf(wrong.DstType))
		if kindOf(wrong.SrcType) == aMapping && wrong.DstType.Kind() == reflect.String {
			text += "; text with a colon, as host:port, may need quotes"
		}
		return errors.New(yaml.FormatErrorWithToken(text, wrong.Token, false, false))
	}
	var large *yaml.OverflowError
	if errors.As(err, &large) {
		return errors.New(yaml.FormatErrorWithToken(large.SrcNum+" is out of range", large.Token, false, false))
	}
	return errors.New(yaml.FormatError(err, false, false))
}

const aMapping = "a mapping"

func kindOf(t reflect.Type) string {
	if t == reflect.TypeFor[time.Duration]() {
		return "a duration, as 5s"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return kindOf(t.Elem())
	case reflect.Map, reflect.Struct:
		return aMapping
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number"
	}
	return "something else"
}
