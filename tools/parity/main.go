package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"revscore/internal/score/model"
)

func main() {
	shared := flag.String("shared", envOr("SHARED", filepath.Join("..", "shared")), "`folder` with golden/catalog.json.gz")
	golden := flag.String("golden", "", "`folder` of recorded rows (default SHARED/golden/public)")
	assets := flag.String("assets", "", "`file` of the reference's word lists (tools/reference/assets.py); what asks them is not compared without")
	file := flag.String("lists", "", "`file` of the reference's lists (tools/reference/lists.py), to compare these and the words with, and nothing else")
	folders := flag.String("dictionaries", strings.Join(model.DictionaryFolders(), string(filepath.ListSeparator)), "`folders` of dictionaries that the lists ask")
	flag.Parse()
	if *golden == "" {
		*golden = filepath.Join(*shared, "golden", "public")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	out := bufio.NewWriter(os.Stdout)
	var failed int
	var err error
	if *file != "" {
		failed, err = runLists(ctx, out, *file, *golden, filepath.SplitList(*folders))
	} else {
		failed, err = run(ctx, out, filepath.Join(*shared, "golden", "catalog.json.gz"), *golden, *assets)
	}
	out.Flush()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "parity:", err)
	}
	if err != nil || failed > 0 {
		os.Exit(1)
	}
}

// envOr returns a variable of the environment, which make exports.
func envOr(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

// run compares, writes the report and returns how many checks failed. Without a
// file of assets its name is empty.
func run(ctx context.Context, out io.Writer, catalogue, golden, assetsFile string) (failed int, err error) {
	lists, err := readCatalogue(catalogue)
	if err != nil {
		return 0, err
	}
	assets, err := readAssets(assetsFile)
	if err != nil {
		return 0, err
	}
	comparer, err := newComparer(lists, assets)
	if err != nil {
		return 0, err
	}
	total, err := comparer.compareFolder(ctx, golden, groups)
	if err != nil {
		return 0, err
	}
	return report(out, total, lists), nil
}
