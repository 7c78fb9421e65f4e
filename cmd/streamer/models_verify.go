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
			"answers are from those recorded. It ends with an error if one differs by more than --within.",
		RunE: func(cmd *cobra.Command, args []string) error {
			list, err := loadEach(args, dictionaries)
			for _, m := range list {
				v, differs := m.VerifyWithin(within)
				if differs != nil {
					err = errors.Join(err, differs)
					continue
				}
				fmt.Fprintf(cmd.OutOrStdout(), "ok  %s %s: %d examples, largest difference %.2g\n", m, m.Version(), v.Examples, v.Largest)
			}
			return err
		},
	}
	dictionaryFlag(cmd, &dictionaries)
	cmd.Flags().Float64Var(&within, "within", 1e-12, "largest difference of a probability")
	return cmd
}
