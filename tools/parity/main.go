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
)

func main() {
	shared := flag.String("shared", envOr("SHARED", filepath.Join("..", "shared")), "`folder` with golden/catalog.json.gz")
	golden := flag.String("golden", "", "`folder` of recorded rows (default SHARED/golden/public)")
	flag.Parse()
	if *golden == "" {
		*golden = filepath.Join(*shared, "golden", "public")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	out := bufio.NewWriter(os.Stdout)
	failed, err := run(ctx, out, filepath.Join(*shared, "golden", "catalog.json.gz"), *golden)
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

// run compares, writes the report and returns how many checks failed.
func run(ctx context.Context, out io.Writer, catalogue, golden string) (failed int, err error) {
	lists, err := readCatalogue(catalogue)
	if err != nil {
		return 0, err
	}
	comparer, err := newComparer(lists)
	if err != nil {
		return 0, err
	}
	total, err := comparer.compareFolder(ctx, golden)
	if err != nil {
		return 0, err
	}
	return report(out, total, lists), nil
}
