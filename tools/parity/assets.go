package main

import (
	"encoding/json"
	"fmt"
	"os"

	"revscore/internal/score/feature"
	"revscore/internal/score/feature/expr"
	"revscore/tools/lists"
)

// readAssets reads what tools/reference/assets.py writes: the word lists that the
// catalogue only names. Without a file there are none.
func readAssets(path string) (feature.Assets, error) {
	if path == "" {
		return feature.Assets{}, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return feature.Assets{}, err
	}
	var source lists.Source
	if err := json.Unmarshal(data, &source); err != nil {
		return feature.Assets{}, fmt.Errorf("read %s: %w", path, err)
	}
	assets, err := source.Build(lists.NewShelf(nil))
	if err != nil {
		return feature.Assets{}, fmt.Errorf("read %s: %w", path, err)
	}
	return assets, nil
}

// lacking returns an asset of the expression that is not at hand, or "".
func lacking(n *expr.Node, assets feature.Assets) string {
	if n.Kind == expr.Asset && assets.Lexicons[n.Text] == nil && assets.Dictionaries[n.Text] == nil && assets.Words[n.Text] == nil &&
		assets.Phrases[n.Text] == nil && assets.Conversions[n.Text] == nil {
		return n.Text
	}
	for _, arg := range n.Args {
		if name := lacking(arg, assets); name != "" {
			return name
		}
	}
	return ""
}
