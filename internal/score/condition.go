package score

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"revscore/internal/event"
	"revscore/internal/score/rule"
)

// Alternatives is the value of match and match_not: a map of conditions that
// must all hold, or a list of such maps of which one must. Keys are dotted
// paths into the event; nested maps are read as such paths too, the way
// ChangeProp rules are written.
type Alternatives []map[string]any

// UnmarshalYAML accepts a single map for a list of one.
func (a *Alternatives) UnmarshalYAML(unmarshal func(any) error) error {
	var many []map[string]any
	if err := unmarshal(&many); err == nil {
		*a = many
		return nil
	}
	var one map[string]any
	if err := unmarshal(&one); err != nil {
		return fmt.Errorf("must be a map of conditions or a list of such maps: %w", err)
	}
	*a = Alternatives{one}
	return nil
}

func (a Alternatives) compile() ([]conditions, error) {
	var out []conditions
	var errs []error
	for _, m := range a {
		all, err := compileMap("", m)
		if err != nil {
			errs = append(errs, err)
		}
		if len(all) == 0 && err == nil {
			errs = append(errs, errors.New("a map without conditions matches everything; leave it out"))
		}
		out = append(out, all)
	}
	return out, errors.Join(errs...)
}

// conditions hold when all of them do.
type conditions []*condition

func (cs conditions) String() string {
	parts := make([]string, len(cs))
	for i, c := range cs {
		parts[i] = c.String()
	}
	return strings.Join(parts, " and ")
}

// firstFailure returns the condition that does not hold and the event's value.
func (cs conditions) firstFailure(rev *event.Revision) (failed *condition, got string, err error) {
	for _, c := range cs {
		value := c.value(rev)
		ok, err := c.holds(value)
		if err != nil {
			return nil, "", err
		}
		if !ok {
			if !value.Exists() {
				return c, "absent", nil
			}
			return c, value.Raw, nil
		}
	}
	return nil, "", nil
}

// condition is one path and the values it may have.
type condition struct {
	path   string // as configured
	lookup string // the path with gjson's own metacharacters escaped
	tests  []test // one must accept
}

func (c *condition) String() string {
	parts := make([]string, len(c.tests))
	for i, t := range c.tests {
		parts[i] = t.text
	}
	return c.path + ": " + strings.Join(parts, " or ")
}

// value finds the field in the raw event. The two fields that nearly every
// route asks were read already, which spares a search through the record.
func (c *condition) value(rev *event.Revision) gjson.Result {
	switch {
	case c.path == "meta.domain":
		return known(rev.Domain)
	case c.path == "database" && strings.HasPrefix(rev.Schema, "/mediawiki/revision/create/"),
		c.path == "wiki_id" && strings.HasPrefix(rev.Schema, "/mediawiki/page/change/"):
		return known(rev.Wiki)
	}
	return gjson.GetBytes(rev.Raw, c.lookup)
}

func known(s string) gjson.Result {
	if s == "" {
		return gjson.Result{}
	}
	return gjson.Result{Type: gjson.String, Str: s, Raw: strconv.Quote(s)}
}

// holds tells whether a value, or for a JSON array one of its elements, passes
// one of the tests.
func (c *condition) holds(v gjson.Result) (bool, error) {
	values := []gjson.Result{v}
	if v.IsArray() {
		values = v.Array()
	}
	for _, t := range c.tests {
		for _, v := range values {
			ok, err := t.accept(v)
			if err != nil {
				return false, fmt.Errorf("%s: %w", c.path, err)
			}
			if ok {
				return true, nil
			}
		}
	}
	return false, nil
}

// test accepts a value of the event.
type test struct {
	text   string // as configured
	accept func(gjson.Result) (bool, error)
}

func compileMap(prefix string, m map[string]any) (conditions, error) {
	var out conditions
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(m)) {
		path := prefix + key
		if nested, ok := m[key].(map[string]any); ok {
			all, err := compileMap(path+".", nested)
			out, errs = append(out, all...), append(errs, err)
			continue
		}
		tests, err := compileTests(m[key])
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", path, err))
			continue
		}
		out = append(out, &condition{path: path, lookup: escapePath(path), tests: tests})
	}
	return out, errors.Join(errs...)
}

// escapePath keeps the dots and takes gjson's other operators literally:
// a field called $schema or a#b is a field, not a query.
func escapePath(path string) string {
	parts := strings.Split(path, ".")
	for i, p := range parts {
		parts[i] = gjson.Escape(p)
	}
	return strings.Join(parts, ".")
}

func compileTests(value any) ([]test, error) {
	list, ok := value.([]any)
	if !ok {
		t, err := compileTest(value)
		return []test{t}, err
	}
	if len(list) == 0 {
		return nil, errors.New("an empty list never matches")
	}
	var out []test
	var errs []error
	for _, v := range list {
		t, err := compileTest(v)
		out, errs = append(out, t), append(errs, err)
	}
	return out, errors.Join(errs...)
}

func compileTest(value any) (test, error) {
	text := fmt.Sprint(value)
	switch want := value.(type) {
	case nil:
		return test{"null", func(v gjson.Result) (bool, error) { return v.Type == gjson.Null, nil }}, nil
	case bool:
		return test{text, func(v gjson.Result) (bool, error) { return v.IsBool() && v.Bool() == want, nil }}, nil
	case string:
		if rule.Is(want) {
			return compileRegex(want)
		}
		return test{strconv.Quote(want), func(v gjson.Result) (bool, error) { return v.Type == gjson.String && v.Str == want, nil }}, nil
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return test{}, fmt.Errorf("%v (%T) is neither a string, a number, a bool, null nor a list of them", value, value)
	}
	return test{text, func(v gjson.Result) (bool, error) { return v.Type == gjson.Number && v.Num == number, nil }}, nil
}

func compileRegex(literal string) (test, error) {
	re, err := rule.Compile(literal, "imu")
	if err != nil {
		return test{}, err
	}
	return test{literal, func(v gjson.Result) (bool, error) {
		if v.Type != gjson.String && v.Type != gjson.Number {
			return false, nil
		}
		return re.MatchString(v.String())
	}}, nil
}
