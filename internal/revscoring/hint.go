package revscoring

import (
	"path/filepath"
	"regexp"
	"strings"
)

// Hint is what a file's name suggests. A model does not know its wiki or its name.
type Hint struct{ Wiki, Name string }

// database is a wiki as its database is called: enwiki, zh_min_nanwiki, wikidatawiki,
// frwikisource.
var database = regexp.MustCompile(`^[a-z][a-z0-9_]*(wiki|wiktionary|wikibooks|wikiquote|wikisource|wikinews|wikiversity|wikivoyage|wikimedia)$`)

// hint reads names as the model repositories of Wikimedia have them:
// enwiki.damaging.gradient_boosting.model.
func hint(file string) Hint {
	parts := strings.Split(filepath.Base(file), ".")
	if len(parts) < 3 || !database.MatchString(parts[0]) {
		return Hint{}
	}
	return Hint{Wiki: parts[0], Name: parts[1]}
}
