"""The peer for hands: mediapipe's hands over every frame of a clip, as its documentation shows for video."""
import sys

import cv2
import mediapipe


def hands_of(path):
    """Landmarks of every frame."""
    video, frames = cv2.VideoCapture(path), []
    with mediapipe.solutions.hands.Hands(static_image_mode=False, max_num_hands=2, model_complexity=1) as hands:
        while True:
            more, picture = video.read()
            if not more:
                return frames
            found = hands.process(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
            frames.append([[(p.x, p.y, p.z) for p in hand.landmark] for hand in found.multi_hand_landmarks or []])


if __name__ == "__main__":
    print(len(hands_of(sys.argv[1])), "frames")
