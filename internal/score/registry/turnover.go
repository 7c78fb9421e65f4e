package registry

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"revscore/internal/score/model"
)

// turnover is one reload on its way from a state of service to the next.
type turnover struct {
	registry *Registry
	patient  bool
	before   *state
	olds     map[id]*bundle

	claims    claims
	bundles   []*bundle
	changes   map[id]Change
	failing   map[id]error
	missed    map[id]bool
	suspect   map[id]bool
	newcomers []*bundle
	unsettled map[int]bool // places where a newcomer failed, or the pattern matches nothing
}

func newTurnover(r *Registry, patient bool) *turnover {
	t := &turnover{
		registry: r, patient: patient, before: r.now.Load(), olds: map[id]*bundle{},
		claims: claims{}, changes: map[id]Change{}, failing: map[id]error{},
		missed: map[id]bool{}, suspect: map[id]bool{}, unsettled: map[int]bool{},
	}
	for _, b := range t.before.set.bundles {
		t.olds[b.id] = b
	}
	return t
}

// look decides on every bundle. Those in service come first: no newcomer takes a
// name from them. Those that left come last, to make room for who replaces them.
func (t *turnover) look(ctx context.Context) error {
	seen := map[id]bool{}
	for i, place := range t.registry.places {
		list, err := sources(t.registry.embedded, i, place, named(t.registry.places))
		if err != nil {
			t.fail(id{i, place.Bundle}, nil, err)
		}
		for _, src := range list {
			if err := ctx.Err(); err != nil {
				return err
			}
			seen[src.id] = true
			t.refresh(src)
		}
	}
	var gone []*bundle
	for _, old := range t.before.set.bundles {
		if !seen[old.id] {
			gone = t.vanish(old, gone)
		}
	}
	for _, b := range t.newcomers {
		t.join(b)
	}
	t.part(gone)
	return ctx.Err()
}

// refresh looks at a bundle that is there. One whose card and files look as they did
// is passed over, unless it failed, or the reload was asked for: there is damage that
// changes neither a file's size nor its time.
func (t *turnover) refresh(src source) {
	old := t.olds[src.id]
	sum, err := src.checksum()
	same := err == nil && old != nil && sum == old.model.Checksum()
	if same && t.patient && t.before.failing[src.id] == nil && !src.touched(old) {
		t.keep(old)
		return
	}
	var b *bundle
	if err == nil {
		b, err = src.load(t.registry.known)
	}
	if err == nil && old != nil {
		err = renamed(old.model, b.model)
	}
	switch {
	case err != nil && same:
		t.damaged(old, err)
	case err != nil:
		t.fail(src.id, old, err)
	case old == nil:
		t.newcomers = append(t.newcomers, b)
	case b.model.Checksum() == old.model.Checksum():
		kept := *old // with its model, of which plans are made and events under way
		kept.stamps = b.stamps
		t.keep(&kept)
	default:
		t.serve(b, Change{Kind: Replaced, Old: old.identity(), Warning: warning(old, b)})
	}
}

// damaged keeps a model whose folder has its card and would not load again. A look
// may have met a copy that is under way: the next one decides.
func (t *turnover) damaged(old *bundle, err error) {
	if t.patient && t.before.failing[old.id] == nil && !t.before.suspect[old.id] {
		t.suspect[old.id] = true
		t.keep(old)
		return
	}
	t.fail(old.id, old, fmt.Errorf("in service unharmed, but the folder is damaged: a restart would fail: %w", err))
}

// renamed says that a folder has become another model.
func renamed(old, b *model.Model) error {
	if old.Name() == b.Name() && old.Wiki() == b.Wiki() {
		return nil
	}
	return fmt.Errorf("the folder of %s now has %s, which routes do not expect: restart, or give it a folder of its own", old, b)
}

func warning(old, b *bundle) string {
	if old.model.Version() != b.model.Version() {
		return ""
	}
	return "the version is the same, so cached scores of the old bundle are still served: give changed numbers a new version"
}

func (b *bundle) identity() Identity { return Identity{b.model.Version(), b.model.Checksum()} }

// serve puts a bundle into the next state. Its names must be free.
func (t *turnover) serve(b *bundle, c Change) {
	if err := t.claims.take(b); err != nil {
		panic("registry: the names of a model in service are taken: " + err.Error())
	}
	t.bundles = append(t.bundles, b)
	c.Path, c.Name, c.Wikis, c.New = b.path, b.name, b.wikis, b.identity()
	t.say(b.id, c)
}

func (t *turnover) say(at id, c Change) {
	was := t.before.failing[at]
	c.Repeated = sameFailure(c.Err, was)
	c.Recovered = was != nil && c.Err == nil
	t.changes[at] = c
}

func (t *turnover) keep(old *bundle) { t.serve(old, Change{Kind: Kept, Old: old.identity()}) }

// fail keeps what was in service, if anything was.
func (t *turnover) fail(at id, old *bundle, err error) {
	t.failing[at] = err
	c := Change{Kind: Failed, Path: at.path, Err: err}
	if old == nil {
		t.unsettled[at.place] = true
		t.say(at, c)
		return
	}
	c.Old = old.identity()
	t.serve(old, c)
}

// join takes a newcomer in, if its names are free.
func (t *turnover) join(b *bundle) {
	// What is only waiting to leave is in no claim yet: it makes room.
	if err := t.claims.take(b); err != nil {
		t.fail(b.id, nil, err)
		return
	}
	t.bundles = append(t.bundles, b)
	t.say(b.id, Change{Kind: Added, Path: b.path, Name: b.name, Wikis: b.wikis, New: b.identity()})
}

// finish makes the next state and the report.
func (t *turnover) finish() (*state, Report) {
	slices.SortFunc(t.bundles, func(a, b *bundle) int { return compareIDs(a.id, b.id) })
	set := &Set{bundles: t.bundles, index: map[key]*bundle{}}
	for _, b := range set.bundles {
		for _, wiki := range b.wikis {
			set.index[key{wiki, b.name}] = b
		}
	}
	for at := range t.before.failing {
		if _, told := t.changes[at]; !told { // a pattern that fits again, or a newcomer that was taken away
			t.changes[at] = Change{Kind: Kept, Path: at.path, Recovered: true}
		}
	}
	var report Report
	for _, at := range sortedIDs(t.changes) {
		report.Changes = append(report.Changes, t.changes[at])
	}
	return &state{set: set, failing: t.failing, missed: t.missed, suspect: t.suspect, left: t.left(set)}, report
}

func sortedIDs[V any](m map[id]V) []id { return slices.SortedFunc(maps.Keys(m), compareIDs) }
