package bundle

import (
	"errors"
	"fmt"
	"strings"

	"revscore/internal/score/model"
)

// ofFolder reads the wiki and the name of a folder that is called WIKI.NAME, as
// bundles' folders usually are. Each may be empty: all of a folder without a dot.
func (o Options) ofFolder() (wiki, name string) {
	wiki, name, dotted := strings.Cut(o.Folder, ".")
	if !dotted {
		return "", ""
	}
	return wiki, name
}

// unnamed says what a model file and its folder leave open, and all ways to tell it.
func (o Options) unnamed(d *model.Draft) error {
	var missing, flags []string
	for _, field := range []struct{ name, text string }{{"wiki", d.Wiki}, {"name", d.Name}} {
		if field.text == "" {
			missing, flags = append(missing, "no "+field.name), append(flags, "--"+field.name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("the file does not say what it is a model of: there is %s: give %s, or name the folder WIKI.NAME, as models/enwiki.damaging (it is called %s)",
		strings.Join(missing, " and "), strings.Join(flags, " and "), o.Folder)
}

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
