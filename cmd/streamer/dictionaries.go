package main

import (
	"fmt"

	"revscore/internal/score/model"
	"revscore/internal/score/registry"
	"revscore/internal/score/spell"
)

// here is a dictionary that a bundle names, as this machine has it.
type here struct {
	model.Dictionary // without a File where it is not installed
	warning          string
}

// dictionariesOf looks for what a bundle names, which may be loaded without.
func dictionariesOf(m *model.Model, folders []string) []here {
	var list []here
	for _, recorded := range m.Recorded() {
		d := here{Dictionary: model.Dictionary{Tag: recorded.Tag, Recorded: recorded.SHA256}}
		if _, dic, err := spell.Locate(folders, recorded.Tag); err == nil {
			d.File, d.SHA256 = dic, model.Installed(folders, recorded.Tag).SHA256
		}
		if d.File != "" || d.Recorded == "" {
			d.warning = registry.Doubt(m, d.Dictionary)
		}
		if d.File == "" {
			missing := fmt.Sprintf("dictionary %s is not installed here, and the service needs it: Debian's %s", d.Tag, registry.Packages([]model.Recorded{recorded}))
			if d.warning != "" {
				missing += "; " + d.warning
			}
			d.warning = missing
		}
		list = append(list, d)
	}
	return list
}
