"""What may come next: the policy interface, the Note RNN in numpy and in torch, sampling, checkpoints."""
