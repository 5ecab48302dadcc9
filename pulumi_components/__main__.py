"""What Pulumi runs where the component is taken from its folder; see README.md beside this file."""

from payguard_pulumi.plugin import main

if __name__ == "__main__":
    main()
