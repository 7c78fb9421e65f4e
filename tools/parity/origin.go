package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"revscore/tools/lists"
)

// writeOrigins writes which dictionaries were asked: the files, their sums, and
// Debian's packages where they are of one.
func writeOrigins(ctx context.Context, out io.Writer, origins []lists.Origin) error {
	var files [][2]string // as origins; Debian has many names for some
	var all []string
	for _, o := range origins {
		var pair [2]string
		for i, path := range []string{o.Aff, o.Dic} {
			var err error
			if pair[i], err = filepath.EvalSymlinks(path); err != nil {
				return err
			}
		}
		files, all = append(files, pair), append(all, pair[1])
	}
	packages := debianPackages(ctx, all)
	for i, o := range origins {
		fmt.Fprintf(out, "dictionary %s: ", o.Tag)
		for _, path := range files[i] {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "%s sha256 %x, ", path, sha256.Sum256(data))
		}
		if name := packages[files[i][1]]; name != "" {
			fmt.Fprintf(out, "Debian's %s\n", name)
		} else {
			fmt.Fprintln(out, "of no Debian package")
		}
	}
	return nil
}

// debianPackages returns the packages that installed files, with their versions,
// as far as there are any and this is a Debian.
func debianPackages(ctx context.Context, files []string) map[string]string {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	// It fails if one file is of no package, and still answers for the others.
	owners, _ := exec.CommandContext(ctx, "dpkg-query", append([]string{"-S"}, files...)...).Output()
	packages, versions := map[string]string{}, map[string]string{}
	for line := range strings.Lines(string(owners)) {
		if name, file, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			packages[file] = name
		}
	}
	query := []string{"-W", "-f", "${Package} ${Version}\n"}
	for _, name := range packages {
		query = append(query, name)
	}
	if len(packages) == 0 {
		return nil
	}
	listed, _ := exec.CommandContext(ctx, "dpkg-query", query...).Output()
	for line := range strings.Lines(string(listed)) {
		name, _, _ := strings.Cut(line, " ")
		versions[name] = strings.TrimSpace(line)
	}
	for file, name := range packages {
		packages[file] = versions[name]
	}
	return packages
}
