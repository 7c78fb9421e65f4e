package score

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
	"weak"

	"github.com/prometheus/client_golang/prometheus"

	"revscore/internal/event"
	"revscore/internal/score/feature"
	"revscore/internal/score/model"
)

// typeCaught is the error type of what goes wrong while computing and has no
// type of its own, as in the reference.
const typeCaught = "CaughtDependencyError"

// Engine computes scores from texts that are at hand: the features of all models
// at once, then each model. It knows nothing of Kafka, wikis or caches, and is
// safe for concurrent use.
type Engine struct {
	metrics *engineMetrics
	workers chan struct{} // one token for each revision being computed
	compute func(*feature.Plan, feature.Input) feature.Result
	ask     func(*model.Model, int64, []float64) (event.Score, error)

	mu    sync.RWMutex
	plans map[planKey]*feature.Plan
	known map[weak.Pointer[model.Model]]bool // models that some plan may be of
}

// NewEngine returns an engine that computes workers revisions at once; 0 means
// one for each CPU.
func NewEngine(workers int, reg prometheus.Registerer) *Engine {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return &Engine{
		metrics: newEngineMetrics(reg), workers: make(chan struct{}, workers),
		compute: (*feature.Plan).Evaluate, ask: (*model.Model).Score,
		plans: map[planKey]*feature.Plan{}, known: map[weak.Pointer[model.Model]]bool{},
	}
}

// Result is what one model made of a revision. Features holds its values in the
// model's order, nil when one of them has none.
type Result struct {
	event.Outcome
	Features []feature.Value
}

// Score asks all models about one revision. The results are in their order;
// what fails for one model fails for that one alone.
func (e *Engine) Score(revID int64, models []*model.Model, in feature.Input) []Result {
	results, _ := e.ScoreBeside(revID, models, nil, in)
	return results
}

// ScoreBeside does the same and evaluates, in the same pass, the features of
// shadows. Each shadow answers when its function is called, so that its estimator
// takes no time from the results; the functions hold values and no texts. What is
// wrong with a shadow, a panic in its features too, is only in its own answer.
func (e *Engine) ScoreBeside(revID int64, models, shadows []*model.Model, in feature.Input) ([]Result, []func() Result) {
	defer e.work()()
	all := models
	if len(shadows) > 0 {
		all = slices.Concat(models, shadows)
	}
	values, plan, err := e.features(all, in)
	fault := err
	if err != nil && len(shadows) > 0 { // perhaps a shadow's: the others are asked without them
		values, plan, err = e.features(models, in)
	}
	results := make([]Result, len(models))
	for i, m := range models {
		results[i] = e.result(m, revID, values, plan, i, err)
	}
	later := make([]func() Result, len(shadows))
	for i, m := range shadows {
		later[i] = func() Result {
			defer e.work()()
			return e.result(m, revID, values, plan, len(models)+i, fault)
		}
	}
	return results, later
}

// work takes a worker's place and returns how to give it back. It is held for
// milliseconds: computing is bounded by feature budgets.
func (e *Engine) work() (done func()) {
	e.workers <- struct{}{}
	return func() { <-e.workers }
}

// features evaluates all that the models ask for.
func (e *Engine) features(models []*model.Model, in feature.Input) (feature.Result, *feature.Plan, error) {
	plan, err := e.plan(models)
	if err != nil {
		return nil, nil, err
	}
	start := time.Now()
	values, err := e.evaluate(plan, in)
	e.metrics.features.Observe(time.Since(start).Seconds())
	return values, plan, err
}

// plan compiles the features of a set of models, so that each is computed once
// however many models ask for it. Sets are few (the models of a wiki, less those
// answered before), so plans are kept as long as their models are in use.
func (e *Engine) plan(models []*model.Model) (*feature.Plan, error) {
	var key planKey
	kept := len(models) <= len(key)
	if kept {
		for i, m := range models {
			key[i] = weak.Make(m)
		}
		e.mu.RLock()
		plan := e.plans[key]
		e.mu.RUnlock()
		if plan != nil {
			return plan, nil
		}
	}
	lists := make([]feature.List, len(models))
	for i, m := range models {
		lists[i] = m.List()
	}
	plan, err := feature.Compile(lists...)
	if err != nil {
		return nil, fmt.Errorf("compile features: %w", err)
	}
	if kept {
		e.keep(key, plan, models)
	}
	return plan, nil
}

// planKey is a set of models, by identity: two bundles may bear one name and
// version. A wiki with more models than it holds has its plan compiled each time.
//
// The pointers are weak: a model that was exchanged, and whose last event is done,
// is collected, and its plans go with it (forget). The alternative, to be told of
// every exchange, would have to outwait the events in flight, which may ask for a
// plan of the old models after the exchange.
type planKey [16]weak.Pointer[model.Model]

func (e *Engine) keep(key planKey, plan *feature.Plan, models []*model.Model) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.plans[key] = plan
	for i, m := range models {
		if !e.known[key[i]] {
			e.known[key[i]] = true
			runtime.AddCleanup(m, e.forget, key[i])
		}
	}
}

// forget drops the plans of a model that is gone.
func (e *Engine) forget(gone weak.Pointer[model.Model]) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.known, gone)
	maps.DeleteFunc(e.plans, func(key planKey, _ *feature.Plan) bool { return slices.Contains(key[:], gone) })
}

// evaluate turns a panic, which is a bug of ours met by one revision, into an
// error, so that the partition moves on.
func (e *Engine) evaluate(plan *feature.Plan, in feature.Input) (values feature.Result, err error) {
	defer e.caught(&err)
	return e.compute(plan, in), nil
}

// result is the answer of the model whose list is number list of the plan; err is
// why there are no values.
func (e *Engine) result(m *model.Model, revID int64, values feature.Result, plan *feature.Plan, list int, err error) Result {
	r := Result{Outcome: event.Outcome{Model: m.Name(), Version: m.Version()}}
	if err != nil {
		r.Failure = &event.Failure{Type: typeCaught, Message: err.Error()}
		return r
	}
	e.fromColumns(&r, m, revID, values, plan.Columns(list))
	return r
}

// fromColumns asks a model for its score, unless one of its features failed.
func (e *Engine) fromColumns(r *Result, m *model.Model, revID int64, values feature.Result, columns []int) {
	features := make([]feature.Value, len(columns))
	numbers := make([]float64, len(columns))
	for i, c := range columns {
		if err := values[c].Err; err != nil {
			kind := typeCaught
			var fe *feature.Error
			if errors.As(err, &fe) {
				kind = fe.Type
			}
			r.Failure = &event.Failure{Type: kind, Message: err.Error()}
			return
		}
		features[i], numbers[i] = values[c].Value, values[c].Value.Float()
	}
	r.Features = features
	s, err := e.predict(m, revID, numbers)
	if err != nil {
		r.Failure = &event.Failure{Type: typeCaught, Message: err.Error()}
		return
	}
	r.Score = &s
}

// predict asks one model. A number that is no probability is an error: a
// consumer would believe it.
func (e *Engine) predict(m *model.Model, revID int64, numbers []float64) (s event.Score, err error) {
	defer e.caught(&err)
	if s, err = e.ask(m, revID, numbers); err != nil {
		return s, err
	}
	for label, p := range s.Probability {
		if math.IsNaN(p) || p < 0 || p > 1 {
			return s, fmt.Errorf("model %s gives label %s probability %v", m.Name(), label, p)
		}
	}
	return s, nil
}

func (e *Engine) caught(err *error) {
	if v := recover(); v != nil {
		e.metrics.panics.Inc()
		*err = fmt.Errorf("panic, a bug of this program: %v at %s", v, innermost())
	}
}

// innermost names the place of a panic, for the error event: a function of this
// module, and nothing of the text that met it.
func innermost() string {
	lines := strings.Split(string(debug.Stack()), "\n")
	panicked := false
	for _, line := range lines {
		switch {
		case strings.HasPrefix(line, "panic("):
			panicked = true
		case panicked && strings.HasPrefix(line, "revscore/"):
			return line[:strings.LastIndex(line, "(")] // without arguments; a method has brackets of its own
		}
	}
	return "an unknown place"
}

// document is a score as the cache keeps it.
func document(s *event.Score) ([]byte, error) {
	data, err := s.AppendJSON(make([]byte, 0, 96))
	if err != nil {
		return nil, fmt.Errorf("score document: %w", err)
	}
	return data, nil
}
