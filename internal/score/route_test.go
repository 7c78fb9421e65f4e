package score

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/goccy/go-yaml"

	"revscore/internal/event"
	"revscore/internal/score/registry"
	"revscore/models"
)

// embedded are the models in the program, loaded once for all tests.
var embedded = sync.OnceValues(func() (*registry.Set, error) {
	return registry.LoadSet(models.FS, []registry.Place{{Bundle: "embedded:enwiki.reverted"}, {Bundle: "embedded:revid"}}, nil)
})

// routesOf reads routes the way a configuration file has them.
func routesOf(t *testing.T, text string) ([]RouteConfig, *registry.Set) {
	t.Helper()
	var cfg []RouteConfig
	if err := yaml.Unmarshal([]byte(text), &cfg); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	set, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	return cfg, set
}

func prefixed(stream string) string { return "dc." + stream }

func compileRoutes(t *testing.T, text string) *Routes {
	t.Helper()
	cfg, set := routesOf(t, text)
	routes, err := NewRoutes(cfg, set, prefixed)
	if err != nil {
		t.Fatal(err)
	}
	return routes
}

// targets lists what an event is to become, and holds Explain against it.
func targets(t *testing.T, routes *Routes, rev *event.Revision) []string {
	t.Helper()
	list, _, err := routes.For(rev)
	if err != nil {
		t.Fatal(err)
	}
	var out, yes []string
	for _, target := range list {
		out = append(out, target.Stream+" "+target.Topic+" "+target.Model.Name())
	}
	decisions, err := routes.Explain(rev)
	if err != nil {
		t.Fatal(err)
	}
	if len(decisions) != len(routes.routes) {
		t.Errorf("%d decisions of %d routes", len(decisions), len(routes.routes))
	}
	for i, d := range decisions {
		if d.Refusal == "" {
			yes = append(yes, d.Stream+" "+routes.routes[i].topic+" "+d.Model)
		}
		if (d.Refusal == "") == (d.Version == "") {
			t.Errorf("decision %+v", d)
		}
	}
	if !slices.Equal(out, yes) {
		t.Errorf("sent to %v, explained as %v", out, yes)
	}
	return out
}

func TestRoutes(t *testing.T) {
	routes := compileRoutes(t, `
- {model: reverted, on: [nonbot_edit], match: {page_namespace: 0}}
- {model: revid, stream: every, topic: a.topic.of.its.own}
- {model: revid, stream: every.second, match_not: [{page_title: B}, {database: dewiki, page_namespace: 4}]}
- {model: reverted, stream: both, match: [{page_title: A}, {page_title: B}], match_not: {performer.user_groups: sysop}}
`)
	sent := func(wiki, title string, namespace int, group string) *event.Revision {
		return parsed(t, strings.NewReplacer(`"database":"enwiki"`, fmt.Sprintf(`"database":%q`, wiki), `"page_title":"T"`, fmt.Sprintf(`"page_title":%q`, title),
			`"page_namespace":0`, fmt.Sprintf(`"page_namespace":%d`, namespace), `"user"]`, fmt.Sprintf(`%q]`, group)).Replace(edit(7, 43, 42)))
	}
	const reverted, every, second, both = "mediawiki.revision-score-reverted dc.mediawiki.revision-score-reverted reverted",
		"every a.topic.of.its.own revid", "every.second dc.every.second revid", "both dc.both reverted"
	cases := []struct {
		name string
		rev  *event.Revision
		want []string
	}{
		{"plain", sent("enwiki", "T", 0, "user"), []string{reverted, every, second}},
		{"bot", sent("enwiki", "T", 0, "bot"), []string{every, second}},
		{"other namespace", sent("enwiki", "T", 4, "user"), []string{every, second}},
		{"first alternative", sent("enwiki", "A", 0, "user"), []string{reverted, every, second, both}},
		{"second alternative, first exclusion", sent("enwiki", "B", 0, "user"), []string{reverted, every, both}},
		{"excluded by group", sent("enwiki", "A", 0, "sysop"), []string{reverted, every, second}},
		{"no model of the wiki", sent("dewiki", "A", 0, "user"), []string{every, second}},
		{"second exclusion", sent("dewiki", "A", 4, "user"), []string{every}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := targets(t, routes, c.rev); !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
	want := []Stream{
		{"mediawiki.revision-score-reverted", "dc.mediawiki.revision-score-reverted", event.ScoreSchema}, {"every", "a.topic.of.its.own", event.ScoreSchema},
		{"every.second", "dc.every.second", event.ScoreSchema}, {"both", "dc.both", event.ScoreSchema},
	}
	if got := routes.Streams(); !slices.Equal(got, want) {
		t.Errorf("streams %v", got)
	}
}

// Predictions are made of page_change alone; what a stream has is one of the two.
func TestOutputs(t *testing.T) {
	routes := compileRoutes(t, `[{model: revid, output: prediction}, {model: revid, output: score}, {model: reverted, output: prediction, stream: p}]`)
	want := []Stream{
		{"mediawiki.page_revid_prediction_change.v1", "dc.mediawiki.page_revid_prediction_change.v1", event.PredictionSchema},
		{"mediawiki.revision-score-revid", "dc.mediawiki.revision-score-revid", event.ScoreSchema}, {"p", "dc.p", event.PredictionSchema},
	}
	if got := routes.Streams(); !slices.Equal(got, want) {
		t.Errorf("streams %v", got)
	}
	if got := targets(t, routes, parsed(t, edit(7, 43, 0))); len(got) != 1 {
		t.Errorf("a revision-create goes to %v", got)
	}
	if got := targets(t, routes, parsed(t, change(7, 43, 0))); len(got) != 3 {
		t.Errorf("a page_change goes to %v", got)
	}
}

// Two models may share a stream, which is then listed once.
func TestSharedStream(t *testing.T) {
	routes := compileRoutes(t, `[{model: reverted, stream: s}, {model: revid, stream: s}]`)
	if got := routes.Streams(); !slices.Equal(got, []Stream{{"s", "dc.s", event.ScoreSchema}}) {
		t.Errorf("streams %v", got)
	}
	if got := targets(t, routes, parsed(t, edit(7, 43, 0))); len(got) != 2 {
		t.Errorf("targets %v", got)
	}
}

func TestInvalidRoutes(t *testing.T) {
	cases := []struct {
		text string
		want []string
	}{
		{`[]`, []string{"routes is empty"}},
		{`[{stream: s}]`, []string{"routes[0]: model is empty"}},
		{`[{model: absent}]`, []string{"routes[0]: model absent is in no bundle under models"}},
		{`[{model: revid}, {model: revid}]`, []string{"routes[1]: stream mediawiki.revision-score-revid has model revid twice"}},
		{`[{model: revid, on: [edit, minor_edit]}]`, []string{`routes[0]: on has "minor_edit", must be one of edit, main_edit`}},
		{`[{model: revid, match: {a: /(/}}]`, []string{"routes[0]: match: a: /(/"}},
		{`[{model: revid, match_not: [{a: []}]}]`, []string{"routes[0]: match_not: a: an empty list"}},
		{`[{model: revid, output: both}]`, []string{`routes[0]: output is "both", must be score or prediction`}},
		{`[{model: revid, stream: s}, {model: reverted, stream: s, output: prediction}]`, []string{"routes[1]: stream s would have both scores and predictions"}},
		// Every fault of every route, at once.
		{`[{model: revid, on: [x], match: {a: /(/}, match_not: {}}, {on: [y]}, {model: revid}]`,
			[]string{`on has "x"`, "match: a", "match_not: a map", "routes[1]: model is empty", "routes[2]: stream mediawiki.revision-score-revid"}},
	}
	for _, c := range cases {
		cfg, set := routesOf(t, c.text)
		_, err := NewRoutes(cfg, set, prefixed)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s gives %v, want %q in it", c.text, err, want)
			}
		}
	}
}

// Every combination that ORES tells apart, from its build_event_set
// (ores/wsgi/util.py).
func TestEventClasses(t *testing.T) {
	cases := []struct {
		namespace     int64
		bot, creation bool
		want          string
	}{
		{0, false, false, "edit main_edit nonbot_edit"},
		{0, true, false, "edit main_edit bot_edit"},
		{1, false, false, "edit nonbot_edit"},
		{1, true, false, "edit bot_edit"},
		{0, false, true, "edit main_edit nonbot_edit page_creation main_creation nonbot_page_creation"},
		{0, true, true, "edit main_edit bot_edit page_creation main_creation bot_page_creation"},
		{1, false, true, "edit nonbot_edit page_creation nonbot_page_creation"},
		{1, true, true, "edit bot_edit page_creation bot_page_creation"},
	}
	all := map[string]bool{}
	for _, c := range cases {
		for _, hidden := range []bool{false, true} {
			rev := &event.Revision{PageNamespace: c.namespace, ParentID: 42, Performer: &event.Performer{Groups: []string{"*", "user"}}}
			if c.creation {
				rev.ParentID = 0
			}
			if c.bot {
				rev.Performer.Groups = append(rev.Performer.Groups, "bot")
			} else if hidden {
				rev.Performer = nil // whoever it was, nothing says it was a bot
			}
			if got := strings.Join(classesOf(rev), " "); got != c.want {
				t.Errorf("%+v, hidden %v: %s", c, hidden, got)
			}
		}
		for class := range strings.FieldsSeq(c.want) {
			all[class] = true
		}
	}
	for _, class := range classes {
		if !all[class] {
			t.Errorf("class %s never applies", class)
		}
	}
	if len(all) != len(classes) {
		t.Errorf("%d classes apply, %d may be configured", len(all), len(classes))
	}
}

// A route wants an event when one of its classes applies.
func TestRouteOnClasses(t *testing.T) {
	for _, class := range classes {
		routes := compileRoutes(t, `[{model: revid, on: [`+class+`]}]`)
		for _, parent := range []int64{0, 42} {
			rev := parsed(t, edit(7, 43, parent))
			want := slices.Contains(classesOf(rev), class)
			if got := len(targets(t, routes, rev)) == 1; got != want {
				t.Errorf("on %s, parent %d: %v, want %v", class, parent, got, want)
			}
		}
	}
	routes := compileRoutes(t, `[{model: revid, on: [bot_edit, page_creation]}]`)
	if len(targets(t, routes, parsed(t, edit(7, 43, 0)))) != 1 || len(targets(t, routes, parsed(t, edit(7, 43, 42)))) != 0 {
		t.Error("the classes of a route are not an OR")
	}
}
