"""What a unit does about what a release showed: the register of follow-up plans (RTL), the public forum, and whether a mend is seen."""
