package score

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"revscore/internal/event"
	"revscore/internal/score/model"
)

// RouteConfig says which revisions one output stream gets, in the manner of a
// ChangeProp rule.
type RouteConfig struct {
	Stream   string       `yaml:"stream" help:"Output stream; default mediawiki.revision-score-<model>, of predictions mediawiki.page_<model>_prediction_change.v1."`
	Topic    string       `yaml:"topic" help:"Topic, where it is not produce.topic_prefix and the stream."`
	Model    string       `yaml:"model" help:"Name of the model in service; which one of that name is decided by the event's wiki."`
	Output   Output       `yaml:"output,omitempty" help:"What its events are: score (default), /mediawiki/revision/score/3.0.0; or prediction, /mediawiki/page/prediction_classification_change/1.1.0, which is made of page_change events alone and whose failures are dead letters."`
	On       []string     `yaml:"on" help:"Event classes of ORES, of which one must apply: edit, main_edit, bot_edit, nonbot_edit, page_creation, main_creation, bot_page_creation, nonbot_page_creation."`
	Match    Alternatives `yaml:"match" help:"Fields of the event (dotted path: value, list of values, or /regex/) that must all match; a list of such maps is an OR."`
	MatchNot Alternatives `yaml:"match_not" help:"The same, for events that are not wanted."`
	Shadow   ShadowConfig `yaml:"shadow,omitempty" help:"A model that is tried out beside the route's: asked on the same revisions, compared, and not published."`
}

// Output is what the events of a route are.
type Output string

// All outputs; none is a score.
const (
	OutputScore      Output = "score"
	OutputPrediction Output = "prediction"
)

// Schema is the $schema of the events.
func (o Output) Schema() string {
	if o == OutputPrediction {
		return event.PredictionSchema
	}
	return event.ScoreSchema
}

// StreamName is the stream, given or default.
func (c RouteConfig) StreamName() string {
	switch {
	case c.Stream != "":
		return c.Stream
	case c.Output == OutputPrediction: // as the stream of Wikimedia's first such model is called
		return "mediawiki.page_" + c.Model + "_prediction_change.v1"
	default:
		return "mediawiki.revision-score-" + c.Model
	}
}

// Models finds the model of a name in service for a wiki. It is asked for every
// event anew: what is in service may change.
type Models interface {
	Find(wiki, name string) (*model.Model, bool)
	Wikis(name string) []string  // for which there is one, or model.AnyWiki
	Left(wiki, name string) bool // one was there, and was taken out of service
}

// Target is one message that an event is to become.
type Target struct {
	Stream string
	Topic  string
	Output Output
	Name   string // of the model in service, which may not be its own
	Model  *model.Model

	Shadow      *ShadowConfig // nil: none
	ShadowModel *model.Model  // nil: none, or none for the event's wiki
}

// Routes decides which streams want an event. It is immutable and safe for
// concurrent use: it holds no models, only where to find them.
type Routes struct {
	routes []route
	models Models
}

type route struct {
	stream, topic, model string
	output               Output
	classes              []string
	match                []conditions // OR; empty: everything
	matchNot             []conditions // OR; empty: nothing
	shadow               *ShadowConfig
}

// classes are the event classes of ORES's precache configuration
// (ores/wsgi/util.py, build_event_set).
var classes = []string{
	"edit", "main_edit", "bot_edit", "nonbot_edit",
	"page_creation", "main_creation", "bot_page_creation", "nonbot_page_creation",
}

// NewRoutes compiles the configuration and reports every fault in it. topic
// names the topic of a stream.
func NewRoutes(cfg []RouteConfig, models Models, topic func(stream string) string) (*Routes, error) {
	rs := &Routes{models: models}
	var errs []error
	seen := map[string]bool{}
	for i, c := range cfg {
		fault := func(format string, args ...any) {
			errs = append(errs, fmt.Errorf("routes[%d]: "+format, append([]any{i}, args...)...))
		}
		if c.Model == "" {
			fault("model is empty, must name a model")
			continue
		}
		r := c.compile(models, topic, fault)
		if key := r.stream + " " + r.model; seen[key] {
			fault("stream %s has model %s twice: each event would be sent twice; merge the two with a list under match", r.stream, r.model)
		} else {
			seen[key] = true
		}
		if i := slices.IndexFunc(rs.routes, func(o route) bool { return o.stream == r.stream && o.output.Schema() != r.output.Schema() }); i >= 0 {
			fault("stream %s would have both scores and predictions, must have one of them", r.stream)
		}
		rs.routes = append(rs.routes, r)
	}
	for i, c := range cfg {
		if t := c.Shadow.Topic; t != "" && slices.ContainsFunc(rs.routes, func(r route) bool { return r.topic == t }) {
			errs = append(errs, fmt.Errorf("routes[%d]: shadow.topic is %s, which has scores: differences need a topic of their own", i, t))
		}
	}
	if len(cfg) == 0 {
		errs = append(errs, errors.New("routes is empty, must have at least one route"))
	}
	for _, mismatch := range rs.Mismatches() {
		errs = append(errs, errors.New(mismatch))
	}
	return rs, errors.Join(errs...)
}

// compile makes the route of a configuration that names a model.
func (c RouteConfig) compile(models Models, topic func(stream string) string, fault func(format string, args ...any)) route {
	if len(models.Wikis(c.Model)) == 0 {
		fault("model %s is in no bundle under models, so the stream would stay silent", c.Model)
	}
	r := route{stream: c.StreamName(), topic: c.Topic, model: c.Model, output: c.Output, classes: c.On}
	if c.Output != "" && c.Output != OutputScore && c.Output != OutputPrediction {
		fault("output is %q, must be %s or %s", c.Output, OutputScore, OutputPrediction)
	}
	if r.topic == "" {
		r.topic = topic(r.stream)
	}
	for _, class := range c.On {
		if !slices.Contains(classes, class) {
			fault("on has %q, must be one of %s", class, strings.Join(classes, ", "))
		}
	}
	var err error
	if r.match, err = c.Match.compile(); err != nil {
		fault("match: %w", err)
	}
	if r.matchNot, err = c.MatchNot.compile(); err != nil {
		fault("match_not: %w", err)
	}
	c.Shadow.check(c.Model, models, fault)
	if c.Shadow.Model != "" {
		r.shadow = &c.Shadow
	}
	return r
}

// For returns what a revision is to become, and the names of models that a route
// wanted for it and that have left service. A model that never was there for the
// revision's wiki is no such: a route without a wiki is for those that have one. An
// error means that a condition could not be decided, not that none matched.
func (rs *Routes) For(rev *event.Revision) (targets []Target, lost []string, err error) {
	on := classesOf(rev)
	for i := range rs.routes {
		r := &rs.routes[i]
		m, why, err := rs.decide(r, rev, on)
		if err != nil {
			return nil, nil, err
		}
		if m == nil {
			if why == nil && rs.models.Left(rev.Wiki, r.model) {
				lost = append(lost, r.model)
			}
			continue
		}
		t := Target{Stream: r.stream, Topic: r.topic, Output: r.output, Name: r.model, Model: m}
		if r.shadow != nil {
			t.Shadow = r.shadow
			t.ShadowModel, _ = rs.models.Find(rev.Wiki, r.shadow.Model) // nil where there is none
		}
		targets = append(targets, t)
	}
	return targets, lost, nil
}

// decide returns the model for an event that the route wants, or why it does not
// want it, or neither when there is no model for the event's wiki.
func (rs *Routes) decide(r *route, rev *event.Revision, on []string) (*model.Model, *refusal, error) {
	why, err := r.refuses(rev, on)
	if err != nil {
		return nil, nil, fmt.Errorf("route to %s: %w", r.stream, err)
	}
	if why != nil {
		return nil, why, nil
	}
	m, _ := rs.models.Find(rev.Wiki, r.model) // nil where there is none
	return m, nil, nil
}

// Stream is an output stream, its topic, and the $schema of its events.
type Stream struct{ Name, Topic, Schema string }

// Streams lists the output streams, each once.
func (rs *Routes) Streams() []Stream {
	var out []Stream
	for _, r := range rs.routes {
		if s := (Stream{r.stream, r.topic, r.output.Schema()}); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// Models lists the names of the models that routes have, each once.
func (rs *Routes) Models() []string {
	var names []string
	for _, r := range rs.routes {
		if !slices.Contains(names, r.model) {
			names = append(names, r.model)
		}
	}
	return names
}

// Decision is what one route says of an event; Refusal is empty when it wants it.
// Shadow is the name of its shadow for the event's wiki, if there is one.
type Decision struct {
	Stream, Model, Version, Refusal string
	Shadow, ShadowVersion           string
}

// Explain says for every route whether it wants the revision and, if not,
// which condition failed.
func (rs *Routes) Explain(rev *event.Revision) ([]Decision, error) {
	var out []Decision
	on := classesOf(rev)
	for i := range rs.routes {
		r := &rs.routes[i]
		m, why, err := rs.decide(r, rev, on)
		if err != nil {
			return nil, err
		}
		d := Decision{Stream: r.stream, Model: r.model}
		switch {
		case why != nil:
			d.Refusal = why.String()
		case m == nil:
			d.Refusal = fmt.Sprintf("no model %s is loaded for %s", r.model, rev.Wiki)
		default:
			d.Version = m.Version()
			if r.shadow == nil {
				break
			}
			if shadow, ok := rs.models.Find(rev.Wiki, r.shadow.Model); ok {
				d.Shadow, d.ShadowVersion = r.shadow.Model, shadow.Version()
			}
		}
		out = append(out, d)
	}
	return out, nil
}

// refusal says why a route does not want an event. It is a value, formatted
// only when someone reads it: most events are refused by most routes.
type refusal struct {
	schema  string     // of an event of which no prediction can be made
	classes []string   // none of these applies
	failed  *condition // of match
	got     string
	hit     conditions // of match_not
	several bool       // none of several alternatives of match
}

func (f *refusal) String() string {
	switch {
	case f.schema != "":
		return "output: predictions are made of page_change events, this is " + f.schema
	case f.classes != nil:
		return "on: none of the classes " + strings.Join(f.classes, ", ") + " applies"
	case f.hit != nil:
		return "match_not: " + f.hit.String()
	case f.several:
		return "match: none of the alternatives; the first fails at " + f.failed.String() + ", is " + f.got
	default:
		return "match: " + f.failed.String() + ", is " + f.got
	}
}

// refuses returns nil when the route wants the event.
func (r *route) refuses(rev *event.Revision, on []string) (*refusal, error) {
	if r.output == OutputPrediction && !strings.HasPrefix(rev.Schema, "/mediawiki/page/change/") {
		return &refusal{schema: rev.Schema}, nil
	}
	if len(r.classes) > 0 && !slices.ContainsFunc(r.classes, func(c string) bool { return slices.Contains(on, c) }) {
		return &refusal{classes: r.classes}, nil
	}
	var first *refusal
	matched := len(r.match) == 0
	for _, all := range r.match {
		failed, got, err := all.firstFailure(rev)
		if err != nil {
			return nil, err
		}
		if failed == nil {
			matched = true
			break
		}
		if first == nil {
			first = &refusal{failed: failed, got: got, several: len(r.match) > 1}
		}
	}
	if !matched {
		return first, nil
	}
	for _, all := range r.matchNot {
		failed, _, err := all.firstFailure(rev)
		if err != nil {
			return nil, err
		}
		if failed == nil {
			return &refusal{hit: all}, nil
		}
	}
	return nil, nil
}

// classesOf is ORES's build_event_set. A bot is a user of group bot, as there;
// user_is_bot also counts users whom another right makes one.
func classesOf(rev *event.Revision) []string {
	on := append(make([]string, 0, 6), "edit")
	if rev.PageNamespace == 0 {
		on = append(on, "main_edit")
	}
	bot := rev.Performer != nil && slices.Contains(rev.Performer.Groups, "bot")
	if bot {
		on = append(on, "bot_edit")
	} else {
		on = append(on, "nonbot_edit")
	}
	if rev.ParentID != 0 {
		return on
	}
	on = append(on, "page_creation")
	if rev.PageNamespace == 0 {
		on = append(on, "main_creation")
	}
	if bot {
		return append(on, "bot_page_creation")
	}
	return append(on, "nonbot_page_creation")
}
