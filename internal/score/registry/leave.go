package registry

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"strings"

	"revscore/internal/score/model"
)

// vanish sorts out what a pattern no longer matches, and returns the list of those
// whose folder is gone.
func (t *turnover) vanish(old *bundle, gone []*bundle) []*bundle {
	_, err := os.Stat(old.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return append(gone, old)
	case err == nil:
		err = errors.New("has no " + cardFile + "; remove the whole folder to take the model out of service")
	}
	t.fail(old.id, old, err)
	return gone
}

// part lets bundles go whose folder is gone. What bears the last of a name that
// routes have stays: their streams would fall silent without a word.
func (t *turnover) part(gone []*bundle) {
	staying := map[string]bool{}
	for k := range t.claims {
		staying[k.name] = true
	}
	for _, old := range gone {
		t.leave(old, t.registry.needed[old.name] && !staying[old.name])
	}
}

// leave lets one go, at once when another has its name now, else as the package
// comment says.
func (t *turnover) leave(old *bundle, last bool) {
	waiting := t.unsettled[old.place] || t.patient && !t.before.missed[old.id]
	switch {
	case t.claims.taken(old):
		t.remove(old)
	case last && (!waiting || t.before.failing[old.id] != nil):
		t.missed[old.id] = true
		t.fail(old.id, old, fmt.Errorf(
			"the folder is gone, and no other bundle is called %s, which routes name: put one there, or change the routes; a restart would fail", old.name))
	case waiting:
		t.missed[old.id] = true
		t.keep(old)
	default:
		t.remove(old)
	}
}

func (t *turnover) remove(old *bundle) {
	c := Change{Kind: Removed, Path: old.path, Name: old.name, Wikis: old.wikis, Old: old.identity()}
	if wikis := t.silent(old); t.registry.needed[old.name] && len(wikis) > 0 {
		c.Warning = fmt.Sprintf("routes name %s, and no bundle of that name is left for %s: their events are counted, and not scored", old.name, strings.Join(wikis, ", "))
	}
	t.say(old.id, c)
}

// silent lists the wikis for which nothing else has a bundle's name.
func (t *turnover) silent(old *bundle) []string {
	var wikis []string
	for _, wiki := range old.wikis {
		if t.claims[key{wiki, old.name}] == nil && t.claims[key{model.AnyWiki, old.name}] == nil {
			wikis = append(wikis, wiki)
		}
	}
	return wikis
}

// left is what once served and is not in the next state.
func (t *turnover) left(next *Set) map[key]bool {
	left := map[key]bool{}
	maps.Copy(left, t.before.left)
	for k := range t.before.set.index {
		left[k] = true
	}
	maps.DeleteFunc(left, func(k key, _ bool) bool { return next.index[k] != nil })
	return left
}
