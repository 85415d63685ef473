"""The settings: one table, the kinds of their values, and which word counts where several have been said."""
