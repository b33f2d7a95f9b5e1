"""Turns what Pulumi says into the model; the only place that knows Pulumi's and AWS's property names."""
