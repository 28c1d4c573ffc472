"""The words that the pages add to the notebooks."""

WORDS = {
    "en": {
        "title": "Deep learning optimization, live",
        "search": "Search",
        "contents": "Contents",
        "move": "Move it",
        "download": "Download",
        "reset": "Reset",
        "other": "한국어",
        "other_language": "ko",
        "without_live": "The panels stand still: this site was built without Pyodide.",
        "still": "A still picture of a panel.",
        "still_live": "A still picture. The panel itself moves in {move}.",
    },
    "ko": {
        "title": "손으로 움직이는 딥러닝 최적화",
        "search": "검색",
        "contents": "이 페이지의 차례",
        "move": "움직여 보기",
        "download": "내려받기",
        "reset": "되돌리기",
        "other": "English",
        "other_language": "en",
        "without_live": "여기서는 패널이 움직이지 않습니다. 이 사이트는 Pyodide 없이 만들었습니다.",
        "still": "패널의 정지 그림입니다.",
        "still_live": "정지 그림입니다. 패널은 {move}에서 직접 움직일 수 있습니다.",
    },
}

# What the theme itself says and has no Korean for.
THEME = {
    "en": {},
    "ko": {
        "Back to top": "맨 위로",
        "Color mode": "색상 모드",
        "Dark": "어둡게",
        "Light": "밝게",
        "On this page": "이 페이지의 차례",
        "Site navigation": "사이트 메뉴",
        "Skip to main content": "본문으로 건너뛰기",
        "System Settings": "시스템 설정",
        "next page": "다음 페이지",
        "previous page": "이전 페이지",
    },
}
