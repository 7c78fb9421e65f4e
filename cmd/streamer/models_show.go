package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"revscore/internal/comparison"
	"revscore/internal/score/model"
)

func newShowCommand() *cobra.Command {
	var dictionaries []string
	var features bool
	cmd := &cobra.Command{
		Use: "show BUNDLE...", Short: "Show what a bundle is, knows and asks for", Args: cobra.MinimumNArgs(1),
		Long: "Show prints a bundle's card, its statistics as the original prints them, its most important features,\n" +
			"and the spelling dictionaries it asks, with a warning where those are not the ones that it was imported with.",
		RunE: func(cmd *cobra.Command, args []string) error {
			list, err := loadUnasked(args)
			for i, m := range list {
				if i > 0 {
					fmt.Fprintln(cmd.OutOrStdout())
				}
				err = errors.Join(err, showModel(cmd.OutOrStdout(), m.Model, dictionariesOf(m.Model, dictionaries), features))
			}
			return err
		},
	}
	dictionaryFlag(cmd, &dictionaries)
	cmd.Flags().BoolVar(&features, "features", false, "show all features with their expressions")
	return cmd
}

func showModel(out io.Writer, m *model.Model, dictionaries []here, features bool) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\tversion %s\n", m, m.Version())
	writeCard(w, m)
	writeDictionaries(w, dictionaries)
	if features {
		for _, d := range m.List().Definitions {
			fmt.Fprintf(w, "  feature\t%s\n\t%s\n", comparison.Visible(d.Name), comparison.Visible(d.Expr))
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := writeImportance(out, m); err != nil {
		return err
	}
	if m.Info().Statistics() == nil {
		return nil
	}
	text, err := m.Info().FormatString("statistics")
	if err != nil {
		return fmt.Errorf("statistics of %s: %w", m, err)
	}
	_, err = fmt.Fprintf(out, "\n%s\n", strings.TrimRight(text, "\n\t "))
	return err
}

// writeCard shows the card. What people wrote there is shown as a terminal may.
func writeCard(w io.Writer, m *model.Model) {
	for _, line := range []struct{ name, text string }{
		{"type", m.Type() + ": " + m.Estimator()},
		{"labels", labels(m)},
		{"content", orElse(m.Content(), "any")},
		{"trained on", m.TrainedOn()},
		{"population", figures(m.PopulationRates())},
		{"statistics", figures(m.Statistics())},
		{"origin", strings.Trim(m.Origin().File+", "+m.Origin().WrittenBy, ", ")},
		{"licence", m.Licence()},
		{"size", fmt.Sprintf("%s, %d recorded examples", size(m.Size()), m.Examples())},
		{"checksum", m.Checksum()},
	} {
		if line.text != "" {
			fmt.Fprintf(w, "  %s\t%s\n", line.name, comparison.Visible(line.text))
		}
	}
}

func writeDictionaries(w io.Writer, dictionaries []here) {
	for _, d := range dictionaries {
		if d.File == "" {
			fmt.Fprintf(w, "  dictionary\t%s: not installed here\n", d.Tag)
		} else {
			fmt.Fprintf(w, "  dictionary\t%s, %s\n\tsha256 %s\n", d.Tag, d.File, d.SHA256)
		}
		fmt.Fprintf(w, "\tat import %s\n", orElse(d.Recorded, "not there"))
		if d.warning != "" {
			fmt.Fprintf(w, "  warning\t%s\n", d.warning)
		}
	}
}

// important is how many features are shown as the most important.
const important = 10

func writeImportance(out io.Writer, m *model.Model) error {
	shares, of := m.Importance()
	if of == "" {
		return nil
	}
	text := fmt.Sprintf("  most important features, by %s\n", of)
	for i, s := range shares {
		if i == important || s.Share == 0 {
			break
		}
		text += fmt.Sprintf("    %5.1f %%  %s\n", 100*s.Share, comparison.Visible(s.Feature))
	}
	_, err := io.WriteString(out, text)
	return err
}

func labels(m *model.Model) string {
	list := make([]string, len(m.Labels()))
	for i, label := range m.Labels() {
		list[i] = comparison.Visible(fmt.Sprint(label))
	}
	text := strings.Join(list, ", ")
	if m.Multilabel() {
		text += "; any number of them at once"
	}
	return text
}

func figures(named map[string]float64) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(named)) {
		list = append(list, fmt.Sprintf("%s %v", comparison.Visible(name), named[name]))
	}
	return strings.Join(list, ", ")
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
