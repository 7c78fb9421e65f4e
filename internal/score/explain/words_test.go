package explain

import "testing"

func TestPlain(t *testing.T) {
	for name, want := range map[string]string{
		"feature.wikitext.revision.diff.words_added":                "words added",
		"feature.wikitext.revision.parent.chars":                    "parent chars",
		"feature.english.badwords.revision.matches":                 "english badwords matches",
		"feature.revision.user.in_group({'bot.x_y', 'sysop'})":      "user in group({'bot.x_y', 'sysop'})",
		"feature.log((wikitext.revision.parent.chars + 1.5))":       "log((parent chars + 1.5))",
		"feature.temporal.revision.user.seconds_since_registration": "user seconds since registration",
		"revision":              "revision",
		"feature.":              "feature.",
		"":                      "",
		"ü.é_x":                 "ü é x",
		"it's feature.x_y open": "it's feature.x_y open", // a quote without an end
	} {
		if got := Plain(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

func TestWords(t *testing.T) {
	const name = "feature.wikitext.revision.diff.words_added"
	for want, term := range map[string]Term{
		"words added is 3: raises damaging by 1.20":                {name, 3, 1.2},
		"words added is 0.3333: lowers damaging by 12.35":          {name, 1. / 3, -12.345678},
		"words added is -2: raises damaging by less than 0.01":     {name, -2, 0.001},
		"words added is 1e+300: lowers damaging by less than 0.01": {name, 1e300, -1e-300},
		"words added is 276369422: raises damaging by 0.01":        {name, 276369422, 0.0099},
	} {
		if got := term.Words("damaging"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestTop(t *testing.T) {
	e := Explanation{Contributions: []float64{0.5, 0, -2, -0.5}, names: []string{"a", "b", "c", "d"}, values: []float64{1, 2, 3, 4}}
	got := e.Top(10)
	want := []Term{{"c", 3, -2}, {"a", 1, 0.5}, {"d", 4, -0.5}}
	if len(got) != len(want) {
		t.Fatal(got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%d is %v, want %v", i, got[i], want[i])
		}
	}
	if len(e.Top(1)) != 1 || len(e.Top(0)) != 0 || len(e.Top(-1)) != 0 {
		t.Error("n is not the most")
	}
}
