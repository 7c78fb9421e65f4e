package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// rowFile is a file of one JSON object a line.
type rowFile struct {
	name   string
	file   *os.File
	lines  *bufio.Reader
	number int // of the last line
}

// openRows opens a file, which the caller must close.
func openRows(folder, name string) (*rowFile, error) {
	file, err := os.Open(filepath.Join(folder, name))
	if err != nil {
		return nil, err
	}
	unzipped, err := gzip.NewReader(bufio.NewReader(file))
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("read %s: %w", file.Name(), err)
	}
	return &rowFile{name: name, file: file, lines: bufio.NewReaderSize(unzipped, 1<<20)}, nil
}

// next returns the next line, which is the caller's; nil at the end.
func (f *rowFile) next() ([]byte, error) {
	line, err := f.lines.ReadBytes('\n')
	if errors.Is(err, io.EOF) && len(bytes.TrimSpace(line)) == 0 {
		return nil, nil
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %s after line %d: %w", f.file.Name(), f.number, err)
	}
	f.number++
	return line, nil
}

func (f *rowFile) close() { f.file.Close() }

// group is the files about the same revisions, in the same order.
type group struct {
	groupNames
	folder string
	files  []*rowFile // as suffixes
}

// groupNames are what the names of a group's files begin with and go on with.
type groupNames struct {
	prefix   string
	suffixes []string
}

// groups are those of a folder. Of items nothing but features is recorded.
var groups = []groupNames{
	{"", []string{"features", "tokens", "parsed"}},
	{"edge_", []string{"features", "tokens", "parsed"}},
	{"wikidata_", []string{"features"}},
}

// featureGroups are the files that hold features.
func featureGroups() []groupNames {
	var only []groupNames
	for _, g := range groups {
		only = append(only, groupNames{g.prefix, g.suffixes[:1]})
	}
	return only
}

func openGroup(folder string, names groupNames) (*group, error) {
	g := &group{groupNames: names, folder: folder}
	for _, suffix := range names.suffixes {
		file, err := openRows(folder, names.prefix+suffix+".jsonl.gz")
		if err != nil {
			g.close()
			return nil, err
		}
		g.files = append(g.files, file)
	}
	return g, nil
}

func (g *group) close() {
	for _, file := range g.files {
		file.close()
	}
}

// next returns the next line of each file; nil at the end of all.
func (g *group) next() ([][]byte, error) {
	var lines [][]byte
	ended := 0
	for _, file := range g.files {
		line, err := file.next()
		if err != nil {
			return nil, err
		}
		if line == nil {
			ended++
		}
		lines = append(lines, line)
	}
	switch ended {
	case 0:
		return lines, nil
	case len(lines):
		return nil, nil
	}
	var numbers []int
	for _, file := range g.files {
		numbers = append(numbers, file.number)
	}
	return nil, fmt.Errorf("the %sfiles of %s have different numbers of rows: %d or more", g.prefix, g.folder, numbers)
}
