package feature

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"revscore/internal/score/diff"
	"revscore/internal/score/wikitext"
)

const (
	repeatedAdded = "feature.wikitext.revision.diff.longest_repeated_char_added"
	added         = "feature.wikitext.revision.diff.words_added"
	removed       = "feature.wikitext.revision.diff.words_removed"
	anon          = "feature.revision.user.is_anon"
	trusted       = "feature.revision.user.in_group({'sysop', 'bot'})"
	registered    = "feature.temporal.revision.user.seconds_since_registration"
)

func all() []string {
	return []string{repeatedAdded, added, removed, anon, trusted, registered}
}

func compile(tb testing.TB, lists ...[]string) *Plan {
	tb.Helper()
	p, err := Compile(lists...)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestEvaluate(t *testing.T) {
	parent := func(text string) *string { return &text }
	user := User{ID: 7, Groups: []string{"*", "user"}, Registration: at("2020-01-01T00:00:00Z")}
	saved := at("2020-01-02T00:00:01Z")
	p := compile(t, all())
	for _, test := range []struct {
		name string
		in   Input
		want string
	}{
		{"edit", NewInput("The new, new word!!!!", parent("The old word!!!!"), saved, user), "1 2.0 1.0 false false 86401"},
		{"creation", NewInput("A bbbb CcC.", nil, saved, user), "4 3.0 0.0 false false 86401"},
		{"empty creation", NewInput("", nil, saved, user), "1 0.0 0.0 false false 86401"},
		{"empty parent", NewInput("aa\n\nb", parent(""), saved, user), "2 2.0 0.0 false false 86401"},
		{"blanking", NewInput("", parent("a b"), saved, user), "1 0.0 2.0 false false 86401"},
		{"no change", NewInput("a b", parent("a b"), saved, user), "1 0.0 0.0 false false 86401"},
		{"move", NewInput("D e f.\n\nA b c.", parent("A b c.\n\nD e f."), saved, user), "2 0.0 0.0 false false 86401"}, // the break is new
		{"anonymous", NewInput("", nil, saved, User{Registration: user.Registration}), "1 0.0 0.0 true false 0"},
		{"anonymous, no time", NewInput("", nil, time.Time{}, User{}), "1 0.0 0.0 true false 0"},
		{"bot", NewInput("", nil, saved, User{ID: 1, Groups: []string{"user", "bot"}, Registration: saved}), "1 0.0 0.0 false true 0"},
		{"no date", NewInput("", nil, at("2006-01-02T00:00:00Z"), User{ID: 1}), "1 0.0 0.0 false false 86400"},
		{"date before dates", NewInput("", nil, at("2005-12-31T23:59:59Z"), User{ID: 1}), "1 0.0 0.0 false false 31536000"},
		{"registered later", NewInput("", nil, at("2019-12-31T23:59:59Z"), user), "1 0.0 0.0 false false 31536000"},
		{"parts of seconds", NewInput("", nil, at("2020-01-01T00:00:00.1Z"), User{ID: 1, Registration: at("2020-01-01T00:00:00.9Z")}), "1 0.0 0.0 false false 0"},
		{"other zone", NewInput("", nil, at("2020-01-01T02:00:00+01:00"), user), "1 0.0 0.0 false false 3600"},
	} {
		var got []string
		for i, o := range p.Evaluate(test.in) {
			if o.Err != nil {
				t.Errorf("%s: %s: %v", test.name, p.Names()[i], o.Err)
			}
			got = append(got, o.Value.String())
		}
		if line := strings.Join(got, " "); line != test.want {
			t.Errorf("%s: %s, want %s", test.name, line, test.want)
		}
	}
}

func TestEvaluateFaults(t *testing.T) {
	user := User{ID: 7}
	saved := at("2020-01-02T00:00:01Z")
	for _, test := range []struct {
		name string
		in   Input
		edit error    // what comparing the texts yields, if not nil
		want []string // types
		err  error
	}{
		{"user hidden", NewInput("a", nil, saved, User{Hidden: true}), nil, []string{"", "", "", TypeUserDeleted, TypeUserDeleted, TypeUserDeleted}, errUserHidden},
		{"text hidden", Input{Timestamp: saved, User: user}, nil, []string{TypeTextDeleted, TypeTextDeleted, TypeTextDeleted, "", "", ""}, errTextHidden},
		{"no time", NewInput("a", nil, time.Time{}, user), nil, []string{"", "", "", "", "", TypeCaught}, errNoTime},
		{"too complex", NewInput("a", nil, saved, user), fmt.Errorf("compare: %w", diff.ErrTooComplex), []string{TypeCaught, TypeCaught, TypeCaught, "", "", ""}, diff.ErrTooComplex},
	} {
		p := compile(t, all())
		var got []string
		s := &solver{in: test.in}
		s.editOnce = once[edit]{done: test.edit != nil, err: test.edit}
		for i, o := range p.evaluate(s) {
			if o.Err == nil {
				got = append(got, "")
				continue
			}
			var e *Error
			if !errors.As(o.Err, &e) || e.Feature != all()[i] || !errors.Is(e, test.err) || o.Value != (Value{}) {
				t.Errorf("%s: %s is %v with error %v", test.name, all()[i], o.Value, o.Err)
				continue
			}
			got = append(got, e.Type)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: types are %q, want %q", test.name, got, test.want)
		}
	}
}

func TestErrorMessage(t *testing.T) {
	got := compile(t, []string{anon}).Evaluate(Input{User: User{Hidden: true}})[0].Err.Error()
	if want := "compute feature.revision.user.is_anon: UserDeleted: the wiki withholds the user"; got != want {
		t.Errorf("message is %q, want %q", got, want)
	}
}

// Texts are analysed once for all features, and never for none.
func TestSourcesAreLazy(t *testing.T) {
	for _, test := range []struct {
		list  []string
		calls int
	}{{all(), 1}, {[]string{removed}, 1}, {[]string{anon, trusted, registered}, 0}, {nil, 0}} {
		revision, parent := 0, 0
		count := func(calls *int) Text {
			return func() *wikitext.Document { *calls++; return wikitext.Analyse("a b") }
		}
		compile(t, test.list).Evaluate(Input{Revision: count(&revision), Parent: count(&parent), Timestamp: at("2020-01-02T00:00:01Z")})
		if revision != test.calls || parent != test.calls {
			t.Errorf("%v: texts asked for %d and %d times, want %d", test.list, revision, parent, test.calls)
		}
	}
}

func TestCompile(t *testing.T) {
	p := compile(t,
		[]string{anon, added, anon},
		nil,
		[]string{"feature.revision.user.in_group({\"bot\", 'sysop','bot',})", added},
		[]string{trusted, "feature.revision.user.in_group({'bot'})"},
	)
	for i, want := range [][]int{{0, 1, 0}, {}, {2, 1}, {2, 3}} {
		if got := p.Columns(i); !slices.Equal(got, want) {
			t.Errorf("list %d: columns %v, want %v", i, got, want)
		}
		if got, want := p.NeedsText(i), i == 0 || i == 2; got != want || p.NeedsParent(i) != want {
			t.Errorf("list %d: needs text %v, parent %v, want %v", i, got, p.NeedsParent(i), want)
		}
		if got, want := p.NeedsUser(i), i != 1; got != want {
			t.Errorf("list %d: needs user %v, want %v", i, got, want)
		}
	}
	if !p.NeedsText() || !p.NeedsParent() || !p.NeedsUser() || p.NeedsText(1, 3) || !p.NeedsText(1, 2) {
		t.Error("needs of several lists are not those of each")
	}
	if nothing := compile(t); nothing.NeedsText() || nothing.NeedsUser() || len(nothing.Evaluate(Input{})) != 0 {
		t.Error("a plan without lists needs something")
	}
	want := []string{anon, added, "feature.revision.user.in_group({\"bot\", 'sysop','bot',})", "feature.revision.user.in_group({'bot'})"}
	if got := p.Names(); !reflect.DeepEqual(got, want) {
		t.Errorf("names are %q, want %q", got, want)
	}
}

func TestCompileErrors(t *testing.T) {
	_, err := Compile([]string{anon}, []string{"feature.nonsense", added, "revision.user.is_anon"}, []string{"feature.revision.user.in_group({bot})"})
	want := "compile list 1: unknown feature \"feature.nonsense\"\n" +
		"compile list 1: unknown feature \"revision.user.is_anon\"\n" +
		"compile list 2: feature \"feature.revision.user.in_group({bot})\", offset 32: want a string, have 'b'"
	if err == nil || err.Error() != want {
		t.Errorf("error is\n%v\nwant\n%s", err, want)
	}
}

func TestConcurrentUse(t *testing.T) {
	p := compile(t, all())
	document := wikitext.Analyse("One two three. Four five six.\n\nSeven.")
	share := func() *wikitext.Document { return document }
	in := Input{Revision: share, Parent: share, Timestamp: at("2020-01-02T00:00:01Z"), User: User{ID: 1}}
	want := fmt.Sprint(p.Evaluate(in))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if got := fmt.Sprint(p.Evaluate(in)); got != want {
				t.Errorf("result %s, want %s", got, want)
			}
		})
	}
	wg.Wait()
}

func TestValue(t *testing.T) {
	for _, test := range []struct {
		value Value
		json  string
		float float64
	}{
		{IntValue(12), "12", 12}, {IntValue(-3), "-3", -3}, {Value{}, "0", 0},
		{BoolValue(true), "true", 1}, {BoolValue(false), "false", 0},
		{FloatValue(12), "12.0", 12}, {FloatValue(0), "0.0", 0}, {FloatValue(-0.5), "-0.5", -0.5},
		{FloatValue(-2.333333333333333), "-2.333333333333333", -2.333333333333333},
		{FloatValue(0.0001), "0.0001", 0.0001}, {FloatValue(0.00001), "1e-05", 0.00001},
		{FloatValue(9999999999999998), "9999999999999998.0", 9999999999999998},
		{FloatValue(1e16), "1e+16", 1e16}, {FloatValue(1.5e300), "1.5e+300", 1.5e300}, {FloatValue(5e-324), "5e-324", 5e-324},
	} {
		got, err := json.Marshal(test.value)
		if string(got) != test.json || err != nil || test.value.Float() != test.float {
			t.Errorf("%+v is %s, %v, error %v; want %s, %v", test.value, got, test.value.Float(), err, test.json, test.float)
		}
	}
	zero := 0.0
	for text, f := range map[string]float64{"Infinity": 1 / zero, "-Infinity": -1 / zero, "NaN": zero / zero} {
		if got, err := json.Marshal(FloatValue(f)); err == nil {
			t.Errorf("%v is written as %s", f, got)
		}
		if got := FloatValue(f).String(); got != text {
			t.Errorf("%v prints as %s, want %s", f, got, text)
		}
	}
}
