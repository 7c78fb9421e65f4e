package main

import (
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"
)

func newConfigCommand() *cobra.Command {
	var markdown bool
	cmd := &cobra.Command{
		Use: "config", Short: "Print a configuration file with every key, its meaning and its default", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if markdown {
				return writeReference(cmd.OutOrStdout())
			}
			return writeExample(cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&markdown, "markdown", false, "print docs/config.md instead")
	return cmd
}

// setting is one key of the configuration as its struct tags describe it.
type setting struct {
	path    string // dotted
	depth   int
	help    string
	env     string
	value   any  // the default; nil for a section
	section bool // has settings below it
}

// settings walks the sections in order. Slices of structs are shown as their
// default value; what one entry may hold is listed under path[].
func settings(v reflect.Value, prefix string, depth int) []setting {
	var out []setting
	for i := range v.NumField() {
		field, f := v.Field(i), v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "" || name == "-" {
			continue
		}
		s := setting{path: prefix + name, depth: depth, help: f.Tag.Get("help"), env: f.Tag.Get("env")}
		switch {
		case field.Kind() == reflect.Struct:
			s.section = true
			out = append(out, s)
			out = append(out, settings(field, s.path+".", depth+1)...)
			continue
		case field.Kind() == reflect.Slice && field.Type().Elem().Kind() == reflect.Struct:
			s.value = field.Interface()
			out = append(out, s)
			for _, inner := range settings(reflect.New(field.Type().Elem()).Elem(), s.path+"[].", depth+1) {
				inner.value = nil
				out = append(out, inner)
			}
			continue
		}
		s.value = field.Interface()
		out = append(out, s)
	}
	return out
}

func writeExample(w io.Writer) error {
	b := &strings.Builder{}
	b.WriteString("# streamer run --config FILE: every key with its default. Keys left out keep it;\n" +
		"# an unknown key is an error. Secrets can come from the environment instead.\n")
	for _, s := range settings(reflect.ValueOf(DefaultConfig()), "", 0) {
		if strings.Contains(s.path, "[]") {
			continue
		}
		indent := strings.Repeat("  ", s.depth)
		if s.depth == 0 {
			b.WriteString("\n")
		}
		env := ""
		if s.env != "" {
			env = " (environment: " + s.env + ")"
		}
		fmt.Fprintf(b, "%s# %s%s\n", indent, s.help, env)
		name := s.path[strings.LastIndex(s.path, ".")+1:]
		if s.section {
			fmt.Fprintf(b, "%s%s:\n", indent, name)
			continue
		}
		text, err := yamlValue(s.value)
		if err != nil {
			return fmt.Errorf("print default of %s: %w", s.path, err)
		}
		if !strings.Contains(text, "\n") && !strings.HasPrefix(text, "- ") { // a list needs its own lines, even of one entry
			fmt.Fprintf(b, "%s%s: %s\n", indent, name, text)
			continue
		}
		fmt.Fprintf(b, "%s%s:\n%s  %s\n", indent, name, indent, strings.ReplaceAll(text, "\n", "\n"+indent+"  "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func yamlValue(v any) (string, error) {
	if d, ok := v.(time.Duration); ok {
		return d.String(), nil
	}
	data, err := yaml.MarshalWithOptions(v, yaml.OmitEmpty())
	return strings.TrimRight(string(data), "\n"), err
}

func writeReference(w io.Writer) error {
	b := &strings.Builder{}
	b.WriteString("# Configuration\n\nMade from the code by `streamer config --markdown`; do not edit. " +
		"`streamer config` prints the same as a file to start from.\n\n" +
		"| key | default | meaning |\n|---|---|---|\n")
	for _, s := range settings(reflect.ValueOf(DefaultConfig()), "", 0) {
		if s.section {
			fmt.Fprintf(b, "| **%s** | | %s |\n", s.path, escapeCell(s.help))
			continue
		}
		value := ""
		if s.value != nil {
			text, err := yamlValue(s.value)
			if err != nil {
				return fmt.Errorf("print default of %s: %w", s.path, err)
			}
			value = "`" + strings.Join(strings.Fields(text), " ") + "`"
		}
		help := s.help
		if s.env != "" {
			help += " Environment: `" + s.env + "`."
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", s.path, escapeCell(value), escapeCell(help))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func escapeCell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }
