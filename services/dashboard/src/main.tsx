import { render } from "preact";
import { startLive } from "./api/live";
import { App } from "./app";
import { startRouter } from "./router";
import "./styles/all.css";

startRouter();
startLive();
render(<App />, document.getElementById("app") as HTMLElement);
