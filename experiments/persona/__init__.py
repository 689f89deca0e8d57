"""Persona GPT: a model of yourself, from your own chat export."""
