package registry

import (
	"context"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"revscore/internal/score/model"
)

// Registry is the models in service, which change as their bundles do. It is safe
// for concurrent use.
type Registry struct {
	embedded fs.FS
	places   []Place
	metrics  *metrics
	asked    chan struct{} // capacity 1: reloads asked for by Trigger

	now atomic.Pointer[state]

	reloading sync.Mutex      // one at a time; it guards what follows
	known     *model.Library  // what bundles share
	needed    map[string]bool // see Need
}

// state is what is in service and what is wrong. It never changes.
type state struct {
	set     *Set
	failing map[id]error // bundles, and places with a pattern, that cannot be loaded
	missed  map[id]bool  // of a pattern's, gone at the last look
	suspect map[id]bool  // that did not load again at the last look, which was the first such
	left    map[key]bool // names that served a wiki, and no longer do
}

// New loads and verifies the bundles at places as [LoadSet] does, and is as strict:
// any fault is an error, since nothing is in service yet that could stay.
func New(embedded fs.FS, places []Place, dictionaries []string, reg prometheus.Registerer) (*Registry, error) {
	r := &Registry{
		embedded: embedded, places: slices.Clone(places),
		asked: make(chan struct{}, 1), known: model.NewLibrary(dictionaries),
	}
	set, err := loadSet(embedded, r.places, r.known)
	if err != nil {
		return nil, err
	}
	r.now.Store(&state{set: set})
	r.metrics = newMetrics(reg, r)
	return r, nil
}

// Set returns what is in service now.
func (r *Registry) Set() *Set { return r.now.Load().set }

// Find returns the model of that name in service for a wiki. Two calls may meet
// two states; what one of them returned stays usable.
func (r *Registry) Find(wiki, name string) (*model.Model, bool) { return r.Set().Find(wiki, name) }

// Wikis lists the wikis for which there is a model of that name in service.
func (r *Registry) Wikis(name string) []string { return r.Set().Wikis(name) }

// Left tells whether a model of that name served a wiki and was taken out of
// service since, so that nothing answers there where something did.
func (r *Registry) Left(wiki, name string) bool {
	left := r.now.Load().left
	return left[key{wiki, name}] || left[key{model.AnyWiki, name}]
}

// Need says which names the routes and shadows have: the last model of such a name
// does not leave service with its folder. Without it every model may leave.
func (r *Registry) Need(names []string) {
	r.reloading.Lock()
	defer r.reloading.Unlock()
	r.needed = map[string]bool{}
	for _, name := range names {
		r.needed[name] = true
	}
}

// Failing says which bundles could not be loaded at the last look, and why.
func (r *Registry) Failing() []string {
	failing := r.now.Load().failing
	list := make([]string, 0, len(failing))
	for _, at := range sortedIDs(failing) {
		list = append(list, fmt.Sprintf("model %s: %v", at.path, failing[at]))
	}
	return list
}

// Reload looks at all places, reads every bundle anew and exchanges what changed, at
// once; see the package comment for what it promises. What failed is in the report: the error is the
// context's, and nothing has changed then.
func (r *Registry) Reload(ctx context.Context) (Report, error) { return r.reload(ctx, false) }

// reload is Reload; a patient one passes over bundles whose files look the same, and
// what may be a copy under way, as a folder that is gone, counts only when the look
// before found it too.
func (r *Registry) reload(ctx context.Context, patient bool) (Report, error) {
	r.reloading.Lock()
	defer r.reloading.Unlock()
	t := newTurnover(r, patient)
	if err := t.look(ctx); err != nil {
		return Report{}, fmt.Errorf("reload models: %w", err)
	}
	after, report := t.finish()
	r.now.Store(after)
	if !patient || len(report.News()) > 0 { // a look that finds nothing is no reload
		r.metrics.reloads.WithLabelValues(report.Result()).Inc()
	}
	return report, nil
}

// digest is what differs each time a half-copied file fails.
var digest = regexp.MustCompile(`[0-9a-f]{64}`)

// sameFailure tells whether a failure is the one that was reported before. A file
// that is being copied has another checksum at every look, and one cause.
func sameFailure(a, b error) bool {
	return a != nil && b != nil &&
		digest.ReplaceAllString(a.Error(), "") == digest.ReplaceAllString(b.Error(), "")
}
