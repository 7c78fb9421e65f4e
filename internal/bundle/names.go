package bundle

import (
	"errors"
	"fmt"
	"strings"

	"revscore/internal/score/model"
)

// ofFolder reads the wiki and the name of a folder that is called WIKI.NAME, as
// bundles' folders usually are. Both are empty if it is called otherwise.
func (o Options) ofFolder() (wiki, name string) {
	wiki, name, _ = strings.Cut(o.Folder, ".")
	if wiki == "" || name == "" {
		return "", ""
	}
	return wiki, name
}

// errUnnamed says all ways to name a model: a model file has neither name nor wiki.
var errUnnamed = errors.New("the file does not say what it is a model of: name the folder WIKI.NAME, as models/enwiki.damaging, or give --wiki and --name")

// named tells what a card and its folder leave open, all of it at once.
func named(d *model.Draft, card string) error {
	var errs []error
	for _, field := range []struct{ name, text, how string }{
		{"name", d.Name, "or name the folder WIKI.NAME"},
		{"wiki", d.Wiki, "or name the folder WIKI.NAME"},
		{"version", d.Version, "or give --version"},
	} {
		if field.text == "" {
			errs = append(errs, fmt.Errorf("%s: there is no %s: write it there, %s", card, field.name, field.how))
		}
	}
	return errors.Join(errs...)
}

func either(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
