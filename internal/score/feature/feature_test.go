package feature

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"revscore/internal/score/analysis"
	"revscore/internal/score/parse"
	"revscore/internal/score/pattern"
)

const (
	before = "revision.parent.text"
	after  = "revision.text"
	both   = before + ", " + after
)

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

// rude is a lexicon with one hit that does not count.
func rude(tb testing.TB) Assets {
	tb.Helper()
	l, err := pattern.CompileLexicon(pattern.Source{
		Patterns: []string{"darn(ed)?", "heck", "ha(ha)*"}, Before: `\b`, After: `\b`, Flags: "i", Exclude: []string{"haha"},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return Assets{Lexicons: map[string]*pattern.Lexicon{"test.rude": l}}
}

// list names features by their expressions.
func list(assets Assets, exprs ...string) List {
	l := List{Assets: assets}
	for _, e := range exprs {
		l.Definitions = append(l.Definitions, Definition{Name: e, Expr: e})
	}
	return l
}

func compile(tb testing.TB, lists ...List) *Plan {
	tb.Helper()
	p, err := Compile(lists...)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func input(text, parent string) Input {
	return Input{Revision: analysis.NewText(text), Parent: analysis.NewText(parent)}
}

// An edit with something of everything.
const (
	oldText = "== Rivers ==\nThe river '''Una''' is 10 km long.<ref name=a>{{cite web|url=http://a.example/}}</ref>\n\n* [[Sava|the Sava]]\n* heck\n"
	newText = "== Rivers ==\nThe RIVER '''Una''' is 100 km long, haha.<ref name=a>{{cite web|url=http://a.example/}}</ref>\n\n" +
		"=== Towns ===\n{{Infobox town|image1=A.jpg}} HECK darned [[File:B.png|thumb]] <gallery>\nImage:C.svg\n</gallery>\n\n* [[Sava|the Sava]]\n"
)

func TestExpressions(t *testing.T) {
	edit := input(newText, oldText)
	comment := "/* Rivers */ longer, see [[Sava]]"
	edit.Comment = &comment
	edit.Timestamp = at("2020-01-02T03:04:05Z") // a Thursday
	edit.User = User{ID: 7, Groups: []string{"*", "user", "sysop"}, Registration: at("2020-01-01T03:04:00Z"), LastEdit: at("2020-01-02T03:04:00Z")}
	edit.Page = Page{Namespace: 118, Created: at("2019-01-02T03:04:05Z")}
	edit.History, edit.ParentTimestamp, edit.ParentUserID = true, at("2020-01-02T03:00:05Z"), new(int64)
	creation := edit
	creation.Parent, creation.ParentUserID, creation.ParentTimestamp = nil, nil, time.Time{}

	words := func(text string) string { return fmt.Sprintf(`of_types(tokens(%s), ["word"])`, text) }
	table := func(items func(string) string) (old, delta string) {
		old = "table(" + items(before) + ")"
		return old, "delta(" + old + ", table(" + items(after) + "))"
	}
	lowered := func(text string) string { return "lower(" + words(text) + ")" }
	wordTable, wordDelta := table(lowered)
	rudeTable, rudeDelta := table(func(text string) string { return "lower(find(" + text + ", @test.rude))" })
	for _, test := range []struct{ expr, edit, creation string }{
		{"1", "1", "1"}, {"1.5", "1.5", "1.5"}, {"true", "true", "true"},
		{"len(" + after + ")", "239", "239"},
		{"float(len(" + before + "))", "128.0", "0.0"},
		{"len(bytes(" + after + "))", "239", "239"},
		{"len(tokens(" + before + "))", "48", "0"},
		{"len(" + words(after) + ")", "29", "29"},
		{"len(uppercase(" + words(after) + "))", "2", "2"},
		{"sum(lengths(uppercase(tokens(" + after + "))))", "9", "9"},
		{"max(lengths(" + words(after) + "))", "7", "7"},
		{"min(lengths(" + words(after) + "))", "1", "1"},
		{`len(of_types(tokens(` + after + `), ["bold", "italics", "number"]))`, "3", "3"},
		{`len(of_types(` + words(after) + `, ["number"]))`, "0", "0"},
		{"len(headings(" + after + "))", "2", "2"},
		{"len(of_level(headings(" + after + "), 3))", "1", "1"},
		{"len(of_level(headings(" + after + "), 0))", "0", "0"},
		{"len(of_level(of_level(headings(" + after + "), 2), 3))", "0", "0"},
		{"9007199254740993 > 9007199254740992", "true", "true"},
		{"9007199254740993 == 9007199254740992", "false", "false"},
		{"len(matching(names(headings(" + after + `)), "Towns$"))`, "1", "1"},
		{"len(templates(" + after + ")) - len(templates(" + before + "))", "1", "2"},
		{"len(matching(names(templates(" + after + `)), "(?i)infobox"))`, "1", "1"},
		{"len(matching(names(wikilinks(" + after + `)), "(?i)file|image\\:"))`, "1", "1"},
		{"len(matching(names(external_links(" + after + `)), "http://a"))`, "1", "1"},
		{"len(matching(names(tags(" + before + `)), "(?i)ref"))`, "1", "0"},
		{"occurrences(matching(sources(tags(" + after + `)), "(?i)<gallery"), "(?i)image:")`, "1", "1"},
		{"occurrences(sources(templates(" + before + `)), "x")`, "1", "0"},
		{"len(content(" + before + "))", "54", "0"},
		{"len(tokens(content(" + before + ")))", "26", "0"},
		{"len(paragraphs(" + before + "))", "3", "0"},
		{"sum(lengths(matching(paragraphs(" + before + `), "^(?!\\s*$)((?!<ref)(.|\\n))*$")))`, "27", "0"},
		{"len(paragraphs_without_refs(" + after + "))", "1", "1"},
		{"len(find(" + after + ", @test.rude))", "2", "2"},
		{"len(find(segments_added(" + both + "), @test.rude))", "2", "2"},
		{"len(segments_added(" + both + "))", "4", "1"},
		{"sum(lengths(segments_removed(" + both + ")))", "14", "0"},
		{"len(tokens_added(" + both + "))", "47", "89"},
		{"max(lengths(of_types(tokens_removed(" + both + `), ["word"])))`, "5", "0"},
		{"sum(values(" + wordDelta + "))", "15", "29"},
		{"sum(positive(values(" + wordDelta + ")))", "15", "29"},
		{"len(negative(values(" + wordDelta + ")))", "0", "0"},
		{"sum(negative(values(prop_delta(" + wordTable + ", " + wordDelta + "))))", "0.0", "0.0"},
		{"sum(values(" + rudeDelta + "))", "1", "2"},
		{"sum(values(prop_delta(" + rudeTable + ", " + rudeDelta + ")))", "1.0", "2.0"},
		{"len(" + rudeDelta + ")", "1", "2"},
		{"len(keys(" + wordTable + "))", "12", "0"},
		{"len(" + wordTable + ")", "12", "0"},
		{"max(values(" + wordTable + "))", "2", "0"},
		{"longest_repeated_char(" + before + ")", "3", "1"},
		{"longest_repeated_char(segments_added(" + both + "))", "3", "3"},
		{`match(revision.comment, "(?i)^/\\* [^\\n]+ \\*/")`, "true", "true"},
		{"len(revision.comment)", "33", "33"},
		{"contains([0, 118], revision.page.namespace.id)", "true", "true"},
		{"contains([0], revision.page.namespace.id)", "false", "false"},
		{`intersects(revision.user.info.groups, ["sysop", "bot"])`, "true", "true"},
		{`intersects(revision.user.info.groups, [])`, "false", "false"},
		{"is_anon(revision.user.id)", "false", "false"},
		{"is_anon(revision.parent.user.id)", "true", "false"},
		{"day_of_week(revision.timestamp)", "3", "3"},
		{"hour_of_day(revision.parent.timestamp)", "3", "24"},
		{"day_of_week(revision.parent.timestamp)", "3", "7"},
		{"seconds_since(revision.parent.timestamp, revision.timestamp)", "240", "0"},
		{"seconds_since(revision.user.last_revision.timestamp, revision.timestamp)", "5", "5"},
		{"seconds_since(revision.page.creation.timestamp, revision.timestamp)", "31536000", "31536000"},
		{"seconds_since_registration(revision.user.id, revision.user.info.registration, revision.timestamp)", "86405", "86405"},
		{"new_longest(longest_repeated_char(" + before + "), longest_repeated_char(" + after + "))", "1", "3"},
		{"new_longest(5, 5)", "1", "1"},
		{"log(len(" + before + ") + 1)", "4.859812404361672", "0.0"},
		{"max(1, 2.5)", "2.5", "2.5"}, {"min(2, 3, 1)", "1.0", "1.0"},
		{"7 / 2", "3.5", "3.5"}, {"1 + 2 * 3", "7", "7"}, {"1 - 2.0", "-1.0", "-1.0"},
		{"int(7.9) * int(-7.9)", "-49", "-49"}, {"bool(0.0) or 1 < 2", "true", "true"},
		{"not 1 >= 2 and 3 != 3.5", "true", "true"}, {"true + true", "2", "2"}, {"1 == true", "true", "true"},
	} {
		p := compile(t, list(rude(t), test.expr))
		for name, side := range map[string]struct {
			in   Input
			want string
		}{"edit": {edit, test.edit}, "creation": {creation, test.creation}} {
			if o := p.Evaluate(side.in)[0]; o.Err != nil || o.Value.String() != side.want {
				t.Errorf("%s of the %s is %s (%v), want %s", test.expr, name, o.Value, o.Err, side.want)
			}
		}
	}
}

func TestUsers(t *testing.T) {
	const age = "seconds_since_registration(revision.user.id, revision.user.info.registration, revision.timestamp)"
	p := compile(t, list(Assets{}, age, "is_anon(revision.user.id)"))
	saved := at("2020-01-02T00:00:01Z")
	registered := at("2020-01-01T00:00:00Z")
	for name, test := range map[string]struct {
		user  User
		saved time.Time
		want  string
	}{
		"user":               {User{ID: 7, Registration: registered}, saved, "86401 false"},
		"anonymous":          {User{Registration: registered}, saved, "0 true"},
		"anonymous, no time": {User{}, time.Time{}, "0 true"},
		"no date":            {User{ID: 1}, at("2006-01-02T00:00:00Z"), "86400 false"},
		"before dates":       {User{ID: 1}, at("2005-12-31T23:59:59Z"), "31536000 false"},
		"registered later":   {User{ID: 1, Registration: registered}, at("2019-12-31T23:59:59Z"), "31536000 false"},
		"parts of seconds":   {User{ID: 1, Registration: at("2020-01-01T00:00:00.9Z")}, at("2020-01-01T00:00:00.1Z"), "0 false"},
		"other zone":         {User{ID: 1, Registration: registered}, at("2020-01-01T02:00:00+01:00"), "3600 false"},
	} {
		r := p.Evaluate(Input{Timestamp: test.saved, User: test.user})
		if got := r[0].Value.String() + " " + r[1].Value.String(); got != test.want || r[0].Err != nil {
			t.Errorf("%s: %s (%v), want %s", name, got, r[0].Err, test.want)
		}
	}
}

// What fails fails what depends on it, under the name the reference gives it.
func TestFaults(t *testing.T) {
	hostile := "=" + strings.Repeat("=a", 20_000)
	exprs := []string{
		"len(" + after + ")", "len(templates(" + after + "))", "len(tokens(" + before + "))",
		"is_anon(revision.user.id)", `match(revision.comment, "a")`,
		"day_of_week(revision.timestamp)", "seconds_since(revision.parent.timestamp, revision.timestamp)",
		"seconds_since_registration(1, revision.user.info.registration, revision.timestamp)",
		"len(bytes(" + before + "))", "log(len(" + before + "))", "1 / len(" + before + ")",
	}
	p := compile(t, list(Assets{}, exprs...))
	good := func() Input {
		in := input("a", "b c")
		comment := "a"
		in.Comment, in.Timestamp, in.History = &comment, at("2020-01-01T00:00:00Z"), true
		return in
	}
	for name, test := range map[string]struct {
		spoil func(*Input)
		want  map[int]error
	}{
		"nothing":        {func(*Input) {}, nil},
		"text hidden":    {func(in *Input) { in.Revision = nil }, map[int]error{0: errTextHidden, 1: errTextHidden}},
		"user hidden":    {func(in *Input) { in.User.Hidden = true }, map[int]error{3: errUserHidden, 7: errUserHidden}},
		"comment hidden": {func(in *Input) { in.Comment = nil }, map[int]error{4: errCommentHidden}},
		"no time":        {func(in *Input) { in.Timestamp, in.ParentTimestamp = time.Time{}, at("2020-01-01T00:00:00Z") }, map[int]error{6: errNoTime, 7: errNoTime}},
		"no history":     {func(in *Input) { in.History = false }, map[int]error{6: errNoHistory}},
		"no parent":      {func(in *Input) { in.Parent = nil }, map[int]error{8: errNoText, 9: errDomain, 10: errDivision}},
		"too complex":    {func(in *Input) { in.Revision = analysis.NewText(hostile) }, map[int]error{1: parse.ErrTooComplex}},
	} {
		in := good()
		test.spoil(&in)
		for i, o := range p.Evaluate(in) {
			var e *Error
			switch want := test.want[i]; {
			case want == nil && o.Err != nil:
				t.Errorf("%s: %s: %v", name, exprs[i], o.Err)
			case want != nil && (!errors.Is(o.Err, want) || !errors.As(o.Err, &e) || e.Feature != exprs[i] || e.Type != typeOf(want)):
				t.Errorf("%s: %s: %v, want %v", name, exprs[i], o.Err, want)
			}
		}
	}
}

func typeOf(err error) string {
	switch err {
	case errTextHidden:
		return "TextDeleted"
	case errUserHidden:
		return "UserDeleted"
	case errCommentHidden:
		return "CommentDeleted"
	}
	return "CaughtDependencyError"
}

func TestCompileFaults(t *testing.T) {
	for source, reason := range map[string]string{
		"":                                       "offset 0",
		"revision.txt":                           `offset 0: unknown input "revision.txt"`,
		"1 + length(revision.text)":              `offset 4: unknown function "length"`,
		"revision.text":                          "offset 0: a feature is a number or a bool, this is a text",
		"len(1)":                                 "offset 4: len does not take an int here",
		"log(1, 2)":                              "offset 0: log takes 1 arguments, not 2",
		"len(tokens(revision.user.info.groups))": "offset 11: tokens does not take strings here",
		`len(of_types(tokens(revision.text), [1]))`:       "offset 4: of_types: 1 is no name of a type of tokens",
		"len(tokens_added(revision.text, revision.text))": "are compared, in this order",
		`match(revision.comment, "(")`:                    "offset 0: match: ",
		"len(find(revision.text, @test.unknown))":         "offset 24: no asset @test.unknown comes with the model",
		`contains(["a"], 1)`:                              `offset 0: contains: "a" is no int`,
		`len(matches(json(revision.text), "(a)|b"))`:      "the pattern captures groups",
		"max(1)":                                 "the extreme of a single number",
		"max(lengths(tokens(revision.text)), 1)": "one list, or several numbers",
		"len(prop_delta(table(tokens(revision.text)), delta(table(tokens(revision.parent.text)), table(tokens(revision.text)))))": "the table must be the old one of the delta",
	} {
		_, err := Compile(list(rude(t), "1"), List{Definitions: []Definition{{"feature.name", source}, {"other", "1 +"}}})
		if err == nil || !strings.Contains(err.Error(), reason) || !strings.Contains(err.Error(), "list 1: feature feature.name: ") ||
			!strings.Contains(err.Error(), "feature other: ") {
			t.Errorf("%s: %v, want %s", source, err, reason)
		}
	}
}

// Lists share what is equal, by expression, and are asked for their needs apart.
func TestLists(t *testing.T) {
	text, parent, user := "len(tokens("+after+"))", "len("+before+") + 1", "is_anon(revision.user.id)"
	p := compile(t, list(Assets{}, user, text), list(Assets{}, text, parent), list(Assets{}))
	if got := p.Names(); !slices.Equal(got, []string{user, text, parent}) {
		t.Errorf("names %q", got)
	}
	if a, b := p.Columns(0), p.Columns(1); !slices.Equal(a, []int{0, 1}) || !slices.Equal(b, []int{1, 2}) || len(p.Columns(2)) != 0 {
		t.Errorf("columns %v and %v", a, b)
	}
	if !p.NeedsText(0) || p.NeedsParent(0) || !p.NeedsUser(0) || !p.NeedsParent(1) || p.NeedsUser(1) || p.NeedsText(2) ||
		!p.NeedsText() || !p.NeedsParent() || !p.NeedsUser() || !p.NeedsUser(1, 0) {
		t.Error("the needs are others")
	}
	// One name of two lexicons is two features.
	q := compile(t, list(rude(t), "len(find(revision.text, @test.rude))"), list(rude(t), "len(find(revision.text, @test.rude))"))
	if len(q.Names()) != 2 {
		t.Errorf("two lexicons give %d features", len(q.Names()))
	}
}

// Nobody parses, or cuts into tokens, what no feature asks for.
func TestLazy(t *testing.T) {
	text, parent := analysis.NewText(newText), analysis.NewText(oldText)
	compile(t, list(Assets{}, "is_anon(revision.user.id)", "len(bytes(revision.text))")).Evaluate(Input{Revision: text, Parent: parent})
	empty := analysis.NewText(newText).Bytes()
	if text.Bytes() != empty {
		t.Error("something was made of a text that no feature asked")
	}
	compile(t, list(Assets{}, "len(tokens(revision.text))")).Evaluate(Input{Revision: text, Parent: parent})
	if parent.Bytes() != analysis.NewText(oldText).Bytes() || text.Bytes() == empty {
		t.Error("something was made of the parent, or nothing of the text")
	}
}

func TestEvaluateAtOnce(t *testing.T) {
	p := compile(t, list(rude(t), everything()...))
	want := fmt.Sprint(p.Evaluate(input(newText, oldText)))
	shared := input(newText, oldText)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if got := fmt.Sprint(p.Evaluate(shared)); got != want {
					t.Errorf("result %s, want %s", got, want)
				}
			}
		})
	}
	wg.Wait()
}

// everything is expressions over the texts that reach every source.
func everything() []string {
	words := func(text string) string { return `lower(of_types(tokens(` + text + `), ["word"]))` }
	found := func(text string) string { return "lower(find(" + text + ", @test.rude))" }
	var list []string
	for _, items := range []func(string) string{words, found, func(text string) string { return "tokens(" + text + ")" }} {
		delta := "delta(table(" + items(before) + "), table(" + items(after) + "))"
		list = append(list, "sum(values("+delta+"))", "sum(positive(values("+delta+")))",
			"sum(values(prop_delta(table("+items(before)+"), "+delta+")))")
	}
	for _, text := range []string{before, after} {
		list = append(list, "len(templates("+text+"))", "len(content("+text+"))", "longest_repeated_char("+text+")",
			"len(uppercase(tokens("+text+")))", "max(lengths(tokens("+text+")))", "len(paragraphs("+text+"))", "len(find("+text+", @test.rude))")
	}
	return append(list, "len(segments_added("+both+"))", "len(tokens_removed("+both+"))")
}
