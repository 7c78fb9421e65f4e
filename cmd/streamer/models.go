package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"revscore/internal/score/model"
	"revscore/internal/score/registry"
	"revscore/models"
)

func newModelsCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "models", Short: "Look at model bundles", Args: cobra.NoArgs}
	var dictionaries []string
	show := &cobra.Command{
		Use: "show BUNDLE...", Short: "Show what a bundle is and what it asks for", Args: cobra.MinimumNArgs(1),
		Long: "Show loads bundles as the service does, folders or embedded:NAME, and prints what they are: features by\n" +
			"name and expression, and the spelling dictionaries they ask, with a warning where those are not the\n" +
			"ones that the model was made with.",
		RunE: func(cmd *cobra.Command, args []string) error {
			var errs []error
			for _, bundle := range args { // each apart: two versions of a model have one name
				set, err := registry.LoadSet(models.FS, []registry.Place{{Bundle: bundle}}, dictionaries)
				if err == nil {
					err = showModel(cmd.OutOrStdout(), set.All()[0])
				}
				errs = append(errs, err)
			}
			return errors.Join(errs...)
		},
	}
	show.Flags().StringArrayVar(&dictionaries, "dictionaries", model.DictionaryFolders(), "folder of spelling dictionaries; may be repeated")
	cmd.AddCommand(show)
	return cmd
}

func showModel(out io.Writer, m *model.Model) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	content := m.Content()
	if content == "" {
		content = "any"
	}
	fmt.Fprintf(w, "%s\tversion %s\n  wiki\t%s\n  content\t%s\n", m.Name(), m.Version(), m.Wiki(), content)
	for _, d := range m.Dictionaries() {
		recorded := d.Recorded
		if recorded == "" {
			recorded = "unknown: no change will be noticed"
		}
		fmt.Fprintf(w, "  dictionary\t%s, %s\n\tsha256 %s\n\tmade with %s\n", d.Tag, d.File, d.SHA256, recorded)
	}
	for _, d := range m.List().Definitions {
		fmt.Fprintf(w, "  feature\t%s\n\t%s\n", d.Name, d.Expr)
	}
	for _, change := range m.Changed() {
		fmt.Fprintf(w, "  warning\t%s\n", change)
	}
	return w.Flush()
}
