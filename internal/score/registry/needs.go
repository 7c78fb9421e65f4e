package registry

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"revscore/internal/score/model"
	"revscore/internal/score/spell"
)

// Packages names those of Debian that have the dictionaries, "hunspell-en-us
// hunspell-en-gb".
func Packages(dictionaries []model.Recorded) string {
	var list []string
	for _, d := range dictionaries {
		if name := debianPackage(d.Tag); !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return strings.Join(list, " ")
}

// byCountry are the languages of which Debian has a package for each country;
// of all others it has one.
var byCountry = []string{"de", "en", "pt"}

// elsewhere are the languages whose package is not called after hunspell and their
// code.
var elsewhere = map[string]string{
	"eo": "myspell-eo", "et": "myspell-et", "fa": "myspell-fa", "fo": "myspell-fo", "ga": "myspell-ga",
	"hy": "myspell-hy", "sq": "myspell-sq", "tl": "myspell-tl", "nb": "hunspell-no", "nn": "hunspell-no",
}

func debianPackage(tag string) string {
	language, country, _ := strings.Cut(strings.ToLower(tag), "_")
	switch name := elsewhere[language]; {
	case name != "":
		return name
	case country != "" && slices.Contains(byCountry, language):
		return "hunspell-" + language + "-" + strings.ReplaceAll(country, "_", "-")
	}
	return "hunspell-" + language
}

// withPackages says what to install, if that is what a bundle lacks.
func withPackages(err error, fsys fs.FS, dir string) error {
	if !errors.Is(err, spell.ErrNotInstalled) {
		return err
	}
	m, other := model.Load(fsys, dir, model.NewLibraryWithout())
	if other != nil {
		return err
	}
	return fmt.Errorf("%w; all that this model asks is in %s", err, Packages(m.Recorded()))
}

// Doubt says what is uncertain about a dictionary that a model asks, if anything.
func Doubt(m *model.Model, d model.Dictionary) string {
	switch {
	case d.Recorded == "":
		return fmt.Sprintf("dictionary %s of %s was not there at import: changes of it go unnoticed; import again where it is installed", d.Tag, m)
	case d.Changed():
		return fmt.Sprintf("dictionary %s of %s (%s) has sha256 %s, at import it had %s: scores may differ", d.Tag, m, d.File, d.SHA256, d.Recorded)
	}
	return ""
}
