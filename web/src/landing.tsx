import "./shared/base.css";
