"""What this room holds; the file list is the glossary."""
