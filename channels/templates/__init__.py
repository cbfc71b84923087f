"""The words of notices: a folder a language, a file a level or kind of notice.

``<language>/<level>.md`` is used where it exists, else ``<language>/<kind>.md``. A file
begins with its subject and ends with paragraphs; ``[items]`` and its like stand for the
blocks of ``blocks/``; ``labels.toml`` holds what blocks and frame say in that language.
A folder more is a language more. Legal texts name in ``validated_by`` who has read them.
"""
