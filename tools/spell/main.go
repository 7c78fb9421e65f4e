// Spell answers for words from standard input, one a line, with lines of 1
// (known) and 0, so that other programs can compare their answers:
//
//	go run ./tools/spell DICTIONARY.aff DICTIONARY.dic < words
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"revscore/internal/score/spell"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: spell DICTIONARY.aff DICTIONARY.dic < words")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "spell:", err)
		os.Exit(1)
	}
}

func run(aff, dic string, in io.Reader, out io.Writer) error {
	d, err := spell.Load(aff, dic)
	if err != nil {
		return err
	}
	reader, writer := bufio.NewReader(in), bufio.NewWriter(out)
	for {
		word, err := reader.ReadString('\n')
		if word != "" {
			answer := "0\n"
			if d.Check(strings.TrimSuffix(word, "\n")) {
				answer = "1\n"
			}
			writer.WriteString(answer)
		}
		if err == io.EOF {
			return writer.Flush()
		}
		if err != nil {
			return err
		}
	}
}
