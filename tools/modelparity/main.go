// Command modelparity imports model files of the original and compares what the
// bundles say with what was recorded beside the files:
//
//	NAME.model, NAME.model.bz2  as revscoring wrote them
//	NAME.scores.jsonl.gz        feature vectors and their scores; must be there
//	NAME.info.json              the model's information as the original prints it
//
// Predictions must be identical, probabilities within 1e-12, documents equal. Where
// a line of scores names a revision whose text is among the golden rows, the text is
// scored too, features and all, within 1e-9.
//
// Each file goes the whole way: import, bundle on disk, load with all checksums,
// score. It prints a line for each check and "N passed, N failed", and fails when
// one does or when there is nothing to compare.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"revscore/internal/score/model"
)

func main() {
	shared := envOr("SHARED", filepath.Join("..", "shared"))
	folder := flag.String("models", filepath.Join(shared, "models"), "`folder` of model files, with those below it")
	golden := flag.String("golden", filepath.Join(shared, "golden", "public"), "`folder` of golden rows, for scores from texts")
	dictionaries := flag.String("dictionaries", strings.Join(model.DictionaryFolders(), string(filepath.ListSeparator)), "`folders` of dictionaries")
	flag.Parse()
	out := bufio.NewWriter(os.Stdout)
	failed, err := run(out, *folder, *golden, filepath.SplitList(*dictionaries))
	out.Flush()
	if err != nil {
		fmt.Fprintln(os.Stderr, "modelparity:", err)
	}
	if err != nil || failed > 0 {
		os.Exit(1)
	}
}

func envOr(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

// run compares all files and returns how many checks failed.
func run(out io.Writer, folder, golden string, dictionaries []string) (failed int, err error) {
	files, err := modelFiles(folder)
	if err != nil {
		return 0, err
	}
	if len(files) == 0 {
		return 0, fmt.Errorf("%s: no model files", folder)
	}
	texts, err := readTexts(golden)
	if err != nil {
		return 0, err
	}
	scratch, err := os.MkdirTemp("", "modelparity")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(scratch)
	r := &report{out: out}
	for i, file := range files {
		name, err := filepath.Rel(folder, file)
		if err != nil {
			return 0, err
		}
		c := comparer{file: file, report: r, name: name, dictionaries: dictionaries, texts: texts}
		c.compare(filepath.Join(scratch, fmt.Sprintf("anywiki.m%d", i)))
	}
	fmt.Fprintf(out, "%d model files; %d vectors scored, largest difference %.3g; %d texts scored, largest difference %.3g\n",
		len(files), r.vectors, r.largestVector, r.texts, r.largestText)
	fmt.Fprintf(out, "%d passed, %d failed\n", r.passed, r.failed)
	return r.failed, nil
}

func modelFiles(folder string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && stem(path) != path {
			files = append(files, path)
		}
		return err
	})
	slices.Sort(files)
	return files, err
}

// stem is the part of a model file's name that its companions share; the name
// itself if it is no model file.
func stem(path string) string {
	for _, suffix := range []string{".model", ".model.bz2", ".model.bzip2"} {
		if rest, ok := strings.CutSuffix(path, suffix); ok {
			return rest
		}
	}
	return path
}

// report counts checks and writes a line for each.
type report struct {
	out                        io.Writer
	passed, failed             int
	vectors, texts             int
	largestVector, largestText float64
}

func (r *report) check(name, what string, err error, format string, args ...any) bool {
	detail := fmt.Sprintf(format, args...)
	if err != nil {
		r.failed++
		fmt.Fprintf(r.out, "FAIL %s %s: %v\n", name, what, err)
		return false
	}
	r.passed++
	fmt.Fprintf(r.out, "ok   %s %s: %s\n", name, what, detail)
	return true
}
