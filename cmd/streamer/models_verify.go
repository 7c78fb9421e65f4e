package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

func newVerifyCommand() *cobra.Command {
	var dictionaries []string
	var within float64
	cmd := &cobra.Command{
		Use: "verify BUNDLE...", Short: "Score a bundle's recorded examples again", Args: cobra.MinimumNArgs(1),
		Long: "Verify loads bundles, with all their checksums, scores the recorded examples and says how far the\n" +
			"answers are from those recorded. It ends with an error if one differs by more than --within. Examples\n" +
			"that an import without --examples recorded are our own answers: they show later damage, and not\n" +
			"agreement with the original. No text is asked, so that a dictionary that is not installed is a warning.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if !(within >= 0) { // NaN too
				return fmt.Errorf("--within is %v, must not be negative", within)
			}
			list, err := loadUnasked(args)
			for _, m := range list {
				v, differs := m.VerifyWithin(within)
				if differs != nil {
					err = errors.Join(err, fmt.Errorf("model %s: %w", m.path, differs))
					continue
				}
				fmt.Fprintf(cmd.OutOrStdout(), "ok  %s: %s %s: %d examples, largest difference %.2g\n", m.path, m, m.Version(), v.Examples, v.Largest)
				for _, d := range dictionariesOf(m.Model, dictionaries) {
					if d.warning != "" {
						fmt.Fprintf(cmd.ErrOrStderr(), "warning: %s: %s\n", m.path, d.warning)
					}
				}
			}
			return err
		},
	}
	dictionaryFlag(cmd, &dictionaries)
	cmd.Flags().Float64Var(&within, "within", 1e-12, "largest difference of a probability")
	return cmd
}
