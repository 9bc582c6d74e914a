"""RoboPianist imports PyAudio to play sound on loudspeakers, which nothing here does; the real one needs a sound library to build."""

paInt16 = paFloat32 = None
