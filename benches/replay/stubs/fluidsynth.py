"""RoboPianist imports pyFluidSynth to render sound, which nothing here does; the real one needs a sound library."""
