package simwiki

import (
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
)

//go:embed articles/*.wiki languages.yaml
var files embed.FS

// language is what the editors of one wiki write.
type language struct {
	Wiki      string    `yaml:"wiki"`
	Domain    string    `yaml:"domain"`
	Weight    int       `yaml:"weight"`
	Category  string    `yaml:"category"`
	Cite      string    `yaml:"cite"`
	Headings  []string  `yaml:"headings"`
	Topics    []string  `yaml:"topics"`
	Sentences []string  `yaml:"sentences"`
	Shouts    []string  `yaml:"shouts"`
	Summaries summaries `yaml:"summaries"`
}

// summaries are the edit comments by kind of edit.
type summaries struct {
	Typo   string `yaml:"typo"`
	Add    string `yaml:"add"`
	Cite   string `yaml:"cite"`
	Link   string `yaml:"link"`
	Trim   string `yaml:"trim"`
	New    string `yaml:"new"`
	Bot    string `yaml:"bot"`
	Revert string `yaml:"revert"` // every %s is the reverted user's name
	Move   string `yaml:"move"`   // takes user, old title, new title
}

// article is an embedded page.
type article struct {
	wiki, title string
	namespace   int64
	model       string
	text        string
}

// languages reads the embedded table. A fault in it is one of this package.
func languages() []language {
	raw, err := files.ReadFile("languages.yaml")
	if err != nil {
		panic("simwiki: " + err.Error())
	}
	var out []language
	if err := yaml.UnmarshalWithOptions(raw, &out, yaml.Strict()); err != nil {
		panic("simwiki: languages.yaml: " + err.Error())
	}
	return out
}

// articles reads the embedded pages in the order of their file names.
func articles() []article {
	names, err := fs.Glob(files, "articles/*.wiki")
	if err != nil {
		panic("simwiki: " + err.Error())
	}
	var out []article
	for _, name := range names {
		raw, err := files.ReadFile(name)
		if err != nil {
			panic("simwiki: " + err.Error())
		}
		a, err := parseArticle(string(raw))
		if err != nil {
			panic(fmt.Sprintf("simwiki: %s: %v", name, err))
		}
		out = append(out, a)
	}
	return out
}

// parseArticle reads a header of "key: value" lines, an empty line and the text.
func parseArticle(raw string) (article, error) {
	header, text, ok := strings.Cut(raw, "\n\n")
	if !ok {
		return article{}, fmt.Errorf("no empty line ends the header")
	}
	a := article{text: strings.TrimSuffix(text, "\n")}
	for l := range strings.Lines(header) {
		key, value, _ := strings.Cut(strings.TrimSuffix(l, "\n"), ": ")
		switch key {
		case "wiki":
			a.wiki = value
		case "title":
			a.title = value
		case "namespace":
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil {
				return article{}, fmt.Errorf("namespace: %w", err)
			}
			a.namespace = n
		default:
			return article{}, fmt.Errorf("header line %q", l)
		}
	}
	if a.wiki == "" || a.title == "" {
		return article{}, fmt.Errorf("the header lacks wiki or title")
	}
	switch {
	case strings.HasSuffix(a.title, ".css"):
		a.model = "css"
	case strings.HasSuffix(a.title, ".json"):
		a.model = "json"
	default:
		a.model = "wikitext"
	}
	return a, nil
}
