package feature

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"revscore/internal/score/parse"
	"revscore/internal/score/wikitext"
)

// parsedNames are the features of markup.
func parsedNames() []string {
	var names []string
	for _, of := range []string{ofRevision, ofParent} {
		for _, what := range []string{"content_chars", "headings", "external_links", "wikilinks", "tags", "ref_tags", "list_items", "templates"} {
			names = append(names, of+what)
		}
	}
	return names
}

func TestParsed(t *testing.T) {
	p := compile(t, parsedNames())
	for _, test := range []struct{ text, want string }{
		{"", "0.0 0.0 0.0 0.0 0.0 0.0 0.0 0.0"},
		{"é&amp;[[b|cd]]{{e}}", "4.0 0.0 0.0 1.0 0.0 0.0 0.0 1.0"},
		{"== a ==\n* http://b ''c''\n{{d|[[e]]}}", "15.0 1.0 1.0 1.0 2.0 0.0 1.0 1.0"},
		{"<ref>a</ref><references/><REF name=b/><r>c</r>", "2.0 0.0 0.0 0.0 4.0 3.0 0.0 0.0"},
		{"# a\n<li>b</li><lı>c</lı><lİst>d</lİst><l>e</l><LInk>", "7.0 0.0 0.0 0.0 6.0 0.0 5.0 0.0"},
	} {
		none := "0.0 0.0 0.0 0.0 0.0 0.0 0.0 0.0"
		for _, side := range []struct {
			in   Input
			want string
		}{
			{Input{Revision: TextOf(test.text)}, test.want + " " + none},
			{Input{Revision: TextOf(""), Parent: TextOf(test.text)}, none + " " + test.want},
		} {
			var got []string
			for _, o := range p.Evaluate(side.in) {
				if o.Err != nil {
					t.Errorf("%q: %v", test.text, o.Err)
				}
				got = append(got, o.Value.String())
			}
			if line := strings.Join(got, " "); line != side.want {
				t.Errorf("%q: %s, want %s", test.text, line, side.want)
			}
		}
	}
}

// A text that cannot be parsed yields errors, not numbers.
func TestParsedFaults(t *testing.T) {
	p := compile(t, parsedNames())
	hostile := "=" + strings.Repeat("=a", 20_000)
	for i, o := range p.Evaluate(Input{Revision: TextOf(hostile), Parent: TextOf("a")}) {
		var e *Error
		switch revision := i < len(parsedNames())/2; {
		case !revision && o.Err != nil:
			t.Errorf("%s: %v", p.Names()[i], o.Err)
		case revision && (!errors.As(o.Err, &e) || e.Type != TypeCaught || !errors.Is(e, parse.ErrTooComplex) || o.Value != (Value{})):
			t.Errorf("%s is %v with error %v", p.Names()[i], o.Value, o.Err)
		}
	}
	for _, o := range p.Evaluate(Input{})[:8] {
		var e *Error
		if !errors.As(o.Err, &e) || e.Type != TypeTextDeleted {
			t.Errorf("hidden text: %v", o.Err)
		}
	}
}

// Features of one text need no more than it, and ask for it once.
func TestParsedIsLazy(t *testing.T) {
	names := parsedNames()
	p := compile(t, names[:8], names[8:])
	if !p.NeedsText(0) || p.NeedsParent(0) || p.NeedsText(1) || !p.NeedsParent(1) || p.NeedsUser() {
		t.Error("features of one text need the other, or the user")
	}
	calls := 0
	in := Input{Revision: func() *wikitext.Document { calls++; return wikitext.Analyse("a") }}
	compile(t, names[:8]).Evaluate(in)
	if calls != 1 {
		t.Errorf("text asked for %d times", calls)
	}
}

func TestParsedNames(t *testing.T) {
	for _, name := range []string{ofRevision, ofParent, ofRevision + "tag", ofRevision + "diff.tags", ofParent + "parent.tags", "tags"} {
		if _, err := Compile([]string{name}); err == nil || err.Error() != fmt.Sprintf("compile list 0: unknown feature %q", name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
