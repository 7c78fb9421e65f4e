package translate

import (
	"fmt"
	"regexp"
	"strings"

	"revscore/internal/pickle"
	"revscore/internal/score/feature/expr"
)

// regex is a compiled regular expression of Python's module re: how it was
// written, and the bits of its flags.
type regex struct {
	source string
	flags  int64
}

const flagUnicode = 1 << 5 // of all patterns for text

// flags are those that a pattern may have, as they stand in (?..).
var flags = []struct {
	bit    int64
	letter string
}{{1 << 1, "i"}, {1 << 3, "m"}, {1 << 4, "s"}, {1 << 8, "a"}}

// inlineFlags is a group of flags at the start of a pattern.
var inlineFlags = regexp.MustCompile(`\A\(\?([aimsu]+)\)`)

// readRegex reads how pickles write a compiled pattern: re._compile(pattern, flags).
func readRegex(v any) (regex, error) {
	o, ok := v.(*pickle.Object)
	if !ok || !o.Reduced || !o.Class.Is("re._compile", "re.compile") || len(o.Args) == 0 || len(o.Args) > 2 {
		return regex{}, fmt.Errorf("is %s, must be a compiled pattern", pickle.Kind(v))
	}
	source, ok := o.Args[0].(string)
	if !ok {
		return regex{}, fmt.Errorf("is a pattern of %s, must be of a str", pickle.Kind(o.Args[0]))
	}
	r := regex{source: source, flags: flagUnicode}
	if len(o.Args) == 2 {
		bits, ok := o.Args[1].(int64)
		if !ok {
			return regex{}, fmt.Errorf("has flags that are %s, must be an int", pickle.Kind(o.Args[1]))
		}
		r.flags = bits | flagUnicode
	}
	return r.withInline(), nil
}

// withInline adds the flags that stand in the pattern, as compiling it does.
func (r regex) withInline() regex {
	if group := inlineFlags.FindStringSubmatch(r.source); group != nil {
		for _, f := range flags {
			if strings.Contains(group[1], f.letter) {
				r.flags |= f.bit
			}
		}
	}
	return r
}

// letters are the flags as they stand in (?..).
func (r regex) letters() (string, error) {
	left, letters := r.flags&^flagUnicode, ""
	for _, f := range flags {
		if left&f.bit != 0 {
			left &^= f.bit
			letters += f.letter
		}
	}
	if left != 0 {
		return "", unknown(fmt.Sprintf("the flags %#x of the pattern %.40q", left, r.source))
	}
	return letters, nil
}

// inline is the pattern with its flags in it: Python wants them in one group at
// the start.
func (r regex) inline() (*term, error) {
	if len(r.source) > expr.MaxSource {
		return nil, unknown(fmt.Sprintf("a pattern of %d bytes", len(r.source)))
	}
	letters, err := r.letters()
	if err != nil {
		return nil, err
	}
	pattern := r.source[len(inlineFlags.FindString(r.source)):]
	if letters != "" {
		pattern = "(?" + letters + ")" + pattern
	}
	return stringTerm(pattern), nil
}

// regex reads an attribute that is a compiled pattern.
func (n *node) regex(attribute string) (*term, error) {
	v, err := n.fields.Value(attribute)
	if err != nil {
		return nil, err
	}
	r, err := readRegex(v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", attribute, err)
	}
	return r.inline()
}
