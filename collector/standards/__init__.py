"""What a unit promises and who looks whether it holds: service standards, the maklumat, visits."""
