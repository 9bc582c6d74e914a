-- For this transaction only: look each submitted video up by index. PostgreSQL cannot know how many there are, and on new
-- tables it guesses plans that compare every one with every other.
SELECT {by_index}
