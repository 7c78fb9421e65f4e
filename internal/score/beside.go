package score

import (
	"fmt"
	"maps"
	"slices"

	"revscore/internal/score/model"
)

// Beside is a shadow and the route that it is beside.
type Beside struct {
	Stream, Model string
	ShadowConfig
}

// Shadows lists the shadows of all routes.
func (rs *Routes) Shadows() []Beside {
	var list []Beside
	for _, r := range rs.routes {
		if r.shadow != nil {
			list = append(list, Beside{r.stream, r.model, *r.shadow})
		}
	}
	return list
}

// Mismatches says which shadows have other labels than the live model of a wiki: all
// their answers would differ, and mean nothing. A configuration is refused for it;
// later on a bundle may bring it.
func (rs *Routes) Mismatches() []string {
	var list []string
	for _, b := range rs.Shadows() {
		wikis := slices.Concat(rs.models.Wikis(b.Model), rs.models.Wikis(b.ShadowConfig.Model))
		slices.Sort(wikis)
		for _, wiki := range slices.Compact(wikis) {
			live, ok := rs.models.Find(wiki, b.Model)
			shadow, both := rs.models.Find(wiki, b.ShadowConfig.Model)
			if ok && both && !sameLabels(live, shadow) {
				list = append(list, fmt.Sprintf("stream %s, wiki %s: the shadow %s has labels %s, the model %s has %s: they cannot be compared",
					b.Stream, wiki, b.ShadowConfig.Model, labelsOf(shadow), b.Model, labelsOf(live)))
			}
		}
	}
	return list
}

// sameLabels compares labels as score documents show them, in whatever order.
func sameLabels(a, b *model.Model) bool {
	return a.Multilabel() == b.Multilabel() && maps.Equal(labelKeys(a), labelKeys(b))
}

func labelKeys(m *model.Model) map[string]bool {
	keys := map[string]bool{}
	for _, label := range m.Labels() {
		keys[fmt.Sprint(label)] = true
	}
	return keys
}

func labelsOf(m *model.Model) string {
	text := fmt.Sprintf("%q", slices.Sorted(maps.Keys(labelKeys(m))))
	if m.Multilabel() {
		text += ", any number of them"
	}
	return text
}
