package score

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"

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

	mu    sync.RWMutex
	plans map[planKey]*feature.Plan
}

// NewEngine returns an engine that computes workers revisions at once; 0 means
// one for each CPU.
func NewEngine(workers int, reg prometheus.Registerer) *Engine {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return &Engine{
		metrics: newEngineMetrics(reg), workers: make(chan struct{}, workers),
		compute: (*feature.Plan).Evaluate, plans: map[planKey]*feature.Plan{},
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
	e.workers <- struct{}{} // held for milliseconds: computing is bounded by feature budgets
	defer func() { <-e.workers }()
	out := make([]Result, len(models))
	for i, m := range models {
		out[i].Model, out[i].Version = m.Name(), m.Version()
	}
	plan, err := e.plan(models)
	if err != nil {
		failAll(out, err)
		return out
	}
	start := time.Now()
	values, err := e.evaluate(plan, in)
	e.metrics.features.Observe(time.Since(start).Seconds())
	if err != nil {
		failAll(out, err)
		return out
	}
	for i, m := range models {
		e.fromColumns(&out[i], m, revID, values, plan.Columns(i))
	}
	return out
}

// plan compiles the features of a set of models, so that each is computed once
// however many models ask for it. Sets are few (the models of a wiki, less
// those answered before), so plans are kept for ever.
func (e *Engine) plan(models []*model.Model) (*feature.Plan, error) {
	var key planKey
	kept := copy(key[:], models) == len(models)
	if kept {
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
		e.mu.Lock()
		defer e.mu.Unlock()
		e.plans[key] = plan
	}
	return plan, nil
}

// planKey is a set of models, by identity: two bundles may bear one name and
// version. A wiki with more models than it holds has its plan compiled each time.
type planKey [16]*model.Model

// evaluate turns a panic, which is a bug of ours met by one revision, into an
// error, so that the partition moves on.
func (e *Engine) evaluate(plan *feature.Plan, in feature.Input) (values feature.Result, err error) {
	defer e.caught(&err)
	return e.compute(plan, in), nil
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
	if s, err = m.Score(revID, numbers); err != nil {
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

func failAll(results []Result, err error) {
	for i := range results {
		results[i].Failure = &event.Failure{Type: typeCaught, Message: err.Error()}
	}
}

// document is a score as the cache keeps it.
func document(s *event.Score) ([]byte, error) {
	data, err := s.AppendJSON(make([]byte, 0, 96))
	if err != nil {
		return nil, fmt.Errorf("score document: %w", err)
	}
	return data, nil
}
