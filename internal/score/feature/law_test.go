package feature

import (
	"fmt"
	"slices"
	"testing"

	"revscore/internal/score/analysis"
)

// FuzzLaws evaluates an edit in several ways that must agree: once more, with
// each feature alone, with the features in another order, and as a link of a
// chain in which the texts are kept and what was made of one serves the next.
func FuzzLaws(f *testing.F) {
	f.Add(oldText, newText)
	f.Add(newText, oldText)
	f.Add("", "a\x00b\xffc")
	f.Add("{{a|\n== b ==\r\n'''İ ı ſ K''' ﷽ heck", "{{a}}|\n== b ==\r\n'''i I s k''' \u202e HECK")
	assets := rude(f)
	// A text that is made while a list of its parts is.
	exprs := append(everything(), "len(lower(paragraphs(content("+after+"))))", "sum(lengths(matching(paragraphs(content("+after+")), \"a\")))")
	all := compile(f, list(assets, exprs...))
	var alone []*Plan
	for _, e := range exprs {
		alone = append(alone, compile(f, list(assets, e)))
	}
	turned := slices.Clone(exprs)
	slices.Reverse(turned)
	backwards := compile(f, list(assets, turned...))
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a)+len(b) > 1<<14 {
			return // longer ones only make the fuzzer slow
		}
		in := input(b, a)
		want := all.Evaluate(in)
		check := func(how string, got Result) {
			t.Helper()
			if shown(got) != shown(want) {
				t.Fatalf("%q to %q, %s:\n%s, want\n%s", a, b, how, shown(got), shown(want))
			}
		}
		check("again", all.Evaluate(in))
		reverse := backwards.Evaluate(input(b, a))
		slices.Reverse(reverse)
		check("in another order", reverse)
		var each Result
		for _, p := range alone {
			each = append(each, p.Evaluate(input(b, a))...)
		}
		check("alone", each)

		first, second := analysis.NewText(a), analysis.NewText(b)
		all.Evaluate(Input{Revision: first})
		check("in a chain", all.Evaluate(Input{Revision: second, Parent: first}))
		all.Evaluate(Input{Revision: first, Parent: second})
		check("after a revert", all.Evaluate(Input{Revision: second, Parent: first}))
	})
}

// shown prints values and whether there are errors: their texts name features.
func shown(r Result) string {
	var list []string
	for _, o := range r {
		list = append(list, fmt.Sprintf("%s %t", o.Value, o.Err != nil))
	}
	return fmt.Sprint(list)
}
